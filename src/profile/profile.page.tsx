import { Card, Field, Notice } from '../pages/parts.js';
import type { Profile } from '../users/user.js';
import type { ServiceAnswer } from './profile.client.js';

/** What stands in the fields of the form. */
export type ProfileValues = Record<'fullName' | 'email' | 'city' | 'about' | 'interests', string>;

export function ProfilePage({
  answer,
  known,
  isSaved,
}: {
  answer: ServiceAnswer;
  /** As the database has it. */
  known: Profile;
  isSaved: boolean;
}) {
  return (
    <>
      <h1>Profile of {known.name}</h1>
      {isSaved && <Notice kind="good">Your profile is changed, here and for the profile service.</Notice>}
      <div class="cards wide">
        <Answered answer={answer} />
        <ProfileForm values={{ ...known, interests: known.interests.join(', ') }} />
      </div>
    </>
  );
}

function Answered({ answer }: { answer: ServiceAnswer }) {
  if (answer.outcome !== 'found') {
    return (
      <Card title="What the profile service answers">
        <Notice kind="bad">
          {answer.outcome === 'missing'
            ? 'The profile service has no profile of yours.'
            : `The profile service is not there. ${answer.reason}`}
        </Notice>
        <p>
          Everything else works without it, and your changes are kept: it has them when it is there again.
        </p>
        <p>
          <a class="button quiet" href="/profile">
            Ask again
          </a>
        </p>
      </Card>
    );
  }
  const { profile, from } = answer;
  return (
    <Card title="What the profile service answers">
      <dl class="facts">
        <Fact name="User" value={`${profile.name} (${profile.userId})`} />
        <Fact name="Full name" value={profile.fullName} />
        <Fact name="E-mail" value={profile.email} />
        <Fact name="City" value={profile.city} />
        <Fact name="About" value={profile.about} />
        <dt>Interests</dt>
        <dd class="row tight">
          {profile.interests.length === 0 && <span class="soft">none</span>}
          {profile.interests.map((interest) => (
            <span key={interest} class="badge">
              {interest}
            </span>
          ))}
        </dd>
      </dl>
      <p class="soft">
        Asked just now at <code>{from}/profile</code>, a process of its own. It knows you by the session that
        you have here, which it reads and never prolongs, and has no database: the profile is kept in Redis as{' '}
        <code>user_profile:{profile.userId}</code> for seven days from your login or latest change.
      </p>
    </Card>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd class="lines">{value === '' ? <span class="soft">not given</span> : value}</dd>
    </>
  );
}

export function ProfileForm({
  values,
  problems = {},
}: {
  values: ProfileValues;
  problems?: Readonly<Record<string, string>>;
}) {
  const ofInterests = Object.keys(problems).find((field) => field.split('.')[0] === 'interests');
  return (
    <Card title="Change it">
      <form class="stack" method="post" action="/profile">
        <Field
          name="fullName"
          label="Full name"
          value={values.fullName}
          problem={problems.fullName}
          autocomplete="name"
          maxlength={100}
        />
        <Field
          name="email"
          label="E-mail"
          value={values.email}
          problem={problems.email}
          autocomplete="email"
          maxlength={254}
        />
        <Field
          name="city"
          label="City"
          value={values.city}
          problem={problems.city}
          autocomplete="address-level2"
          maxlength={100}
        />
        <div class="field">
          <label for="about">About</label>
          <textarea
            id="about"
            name="about"
            rows={4}
            maxLength={1_000}
            aria-describedby={problems.about ? 'about-problem' : undefined}
            aria-invalid={problems.about ? true : undefined}
            value={values.about}
          />
          {problems.about && (
            <span class="problem" id="about-problem">
              {problems.about}
            </span>
          )}
        </div>
        <Field
          name="interests"
          label="Interests"
          hint="With commas between them"
          value={values.interests}
          problem={ofInterests && problems[ofInterests]}
        />
        <button>Save</button>
      </form>
    </Card>
  );
}
