import type { ComponentChildren } from 'preact';
import { Card, Instant, Notice } from '../pages/parts.js';
import { ReviewStep } from './review.step.js';
import { type NoticeName, NOTICES } from './sign-up.notices.js';
import { isOpen, valuesOf } from './sign-up.progress.js';
import type { SignUpDraft } from './sign-up.session.js';
import { type Place, PLACES } from './sign-up.steps.js';
import { AccountFields, InterestsFields, PersonFields, type StepFields } from './step.fields.js';

const TITLES: Record<Place, string> = {
  account: 'Your account',
  person: 'About you',
  interests: 'Your interests',
  review: 'Review and submit',
};
/** In the list of all steps, which has to find room on a phone. */
const NAMES: Record<Place, string> = {
  account: 'Account',
  person: 'About you',
  interests: 'Interests',
  review: 'Review',
};
const FIELDS = { account: AccountFields, person: PersonFields, interests: InterestsFields };

interface Shown {
  draft: Partial<SignUpDraft>;
  notice?: NoticeName;
  /** What was sent and refused, unchecked: anything at all may be in it. */
  typed?: Readonly<Record<string, unknown>>;
  problems?: Readonly<Record<string, string>>;
  /** Why it was refused, for what belongs to no field. */
  refusal?: string;
}

/** The page of one step: with what was typed just now, or what was kept of it. */
export function pageOf(place: Place, shown: Shown): { title: string; page: () => ComponentChildren } {
  return { title: `Sign up: ${TITLES[place]}`, page: () => <SignUpPage place={place} {...shown} /> };
}

function SignUpPage({ place, draft, notice, typed, problems, refusal }: Shown & { place: Place }) {
  return (
    <Card title={`Sign up: ${TITLES[place].toLowerCase()}`} level={1}>
      <Progress place={place} draft={draft} />
      {notice !== undefined && (
        <Notice kind="info">
          {NOTICES[notice]} {notice === 'nothing' && <a href="/login">Log in</a>}
        </Notice>
      )}
      {refusal !== undefined && (
        <Notice kind="bad">{problems ? 'Please look at the marked fields once more.' : refusal}</Notice>
      )}
      {place === 'review' ? (
        <ReviewStep draft={draft} />
      ) : (
        <StepForm step={place} draft={draft} typed={typed} problems={problems} />
      )}
      {draft.until !== undefined && <Keeping until={draft.until} />}
      <script type="module" src="/assets/sign-up.js" />
    </Card>
  );
}

function Progress({ place, draft }: { place: Place; draft: Partial<SignUpDraft> }) {
  return (
    <ol class="steps" aria-label="Steps">
      {PLACES.map((each) => {
        const isDone = each !== 'review' && draft[each] !== undefined;
        const isLink = each !== place && isOpen(draft, each);
        return (
          <li
            key={each}
            class={isDone ? 'done' : undefined}
            aria-current={each === place ? 'step' : undefined}
          >
            {isLink ? <a href={`/sign-up/${each}`}>{NAMES[each]}</a> : NAMES[each]}
          </li>
        );
      })}
    </ol>
  );
}

type FormProps = Pick<Shown, 'draft' | 'typed' | 'problems'> & { step: Exclude<Place, 'review'> };

function StepForm({ step, draft, typed, problems = {} }: FormProps) {
  const Fields: (fields: StepFields) => ComponentChildren = FIELDS[step];
  const kept = valuesOf(draft, step);
  const isTaken = step === 'account' && typed === undefined && draft.takenName !== undefined;
  const values = typed ?? kept ?? (isTaken ? { username: draft.takenName } : {});
  const back = PLACES[PLACES.indexOf(step) - 1];
  const forward = PLACES[PLACES.indexOf(step) + 1];
  return (
    <form class="stack" method="post" action={`/sign-up/${step}`} data-once>
      {isTaken && (
        <Notice kind="bad">
          Somebody else has taken this name in the meantime. Please choose another one; the other steps are
          kept.
        </Notice>
      )}
      <Fields
        values={values}
        problems={isTaken ? { username: 'is taken', ...problems } : problems}
        isKept={kept !== undefined}
      />
      <div class="row">
        <button>Continue</button>
        {back !== undefined && (
          <a class="button quiet" href={`/sign-up/${back}`}>
            Back
          </a>
        )}
        {kept !== undefined && (
          <a class="button quiet" href={`/sign-up/${forward}`}>
            Forward unchanged
          </a>
        )}
      </div>
    </form>
  );
}

/** How long what was typed is kept, and the way to have it removed at once. */
function Keeping({ until }: { until: number }) {
  return (
    <form class="row keeping" method="post" action="/sign-up/cancel">
      <span class="soft">
        What you typed is kept in your session until <Instant at={until} />. You can go on in another tab,
        too.
      </span>
      <button class="quiet danger">Cancel the sign-up</button>
    </form>
  );
}
