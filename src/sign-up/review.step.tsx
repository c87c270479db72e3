import type { ComponentChildren } from 'preact';
import type { SignUpDraft } from './sign-up.session.js';
import type { Step } from './sign-up.steps.js';

/** All that was typed, and the button that makes an account of it. */
export function ReviewStep({ draft: { account, person, interests } }: { draft: Partial<SignUpDraft> }) {
  return (
    <>
      <Part step="account" title="Account">
        <dt>User name</dt>
        <dd>{account?.username}</dd>
        <dt>Password</dt>
        <dd class="soft">Only its hash is kept, so it cannot be shown.</dd>
      </Part>
      <Part step="person" title="About you">
        <dt>Full name</dt>
        <dd>{person?.fullName}</dd>
        <dt>E-mail</dt>
        <dd>{person?.email}</dd>
        <dt>City</dt>
        <dd>{person?.city}</dd>
      </Part>
      <Part step="interests" title="Interests">
        <dt>You like</dt>
        <dd>{interests?.interests.join(', ') || 'nothing that is listed here'}</dd>
        {interests?.about && (
          <>
            <dt>About you</dt>
            <dd class="as-typed">{interests.about}</dd>
          </>
        )}
      </Part>
      <form class="row" method="post" action="/sign-up/submit" data-once>
        <button>Make my account</button>
        <a class="button quiet" href="/sign-up/interests">
          Back
        </a>
      </form>
    </>
  );
}

function Part({ step, title, children }: { step: Step; title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <div class="row">
        <h2>{title}</h2>
        <a href={`/sign-up/${step}`} aria-label={`Change: ${title.toLowerCase()}`}>
          Change
        </a>
      </div>
      <dl>{children}</dl>
    </section>
  );
}
