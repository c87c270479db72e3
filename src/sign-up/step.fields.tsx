import { textOf } from '../pages/form-error.filter.js';
import { Field } from '../pages/parts.js';
import { SHORTEST_PASSWORD } from '../users/password.rule.js';
import { INTERESTS } from './sign-up.steps.js';

export interface StepFields {
  /** What to fill in. It may be what was sent and refused, so anything at all may be in it. */
  values: Readonly<Record<string, unknown>>;
  problems: Readonly<Record<string, string>>;
  /** Whether the step was done before. */
  isKept: boolean;
}

export function AccountFields({ values, problems, isKept }: StepFields) {
  const length = `At least ${SHORTEST_PASSWORD} characters: a few words that have nothing to do with each other are easy to remember.`;
  return (
    <>
      <Field
        name="username"
        label="User name"
        hint="2 to 32 of a to z, digits, dots, hyphens and underscores. Others can see it."
        value={textOf(values['username'])}
        problem={problems['username']}
        autocomplete="username"
        required
      />
      <Field
        name="password"
        label="Password"
        type="password"
        hint={isKept ? 'Leave both empty to keep the one that you have chosen.' : length}
        problem={problems['password']}
        autocomplete="new-password"
        required={!isKept}
      />
      <Field
        name="repeated"
        label="The same password again"
        type="password"
        problem={problems['repeated']}
        autocomplete="new-password"
        required={!isKept}
      />
    </>
  );
}

export function PersonFields({ values, problems }: StepFields) {
  const field = (name: string) => ({ name, value: textOf(values[name]), problem: problems[name] });
  return (
    <>
      <Field {...field('fullName')} label="Full name" autocomplete="name" required />
      <Field {...field('email')} label="E-mail address" type="email" autocomplete="email" required />
      <Field {...field('city')} label="City" autocomplete="address-level2" required />
    </>
  );
}

export function InterestsFields({ values, problems }: StepFields) {
  const ticked = [values['interests']].flat();
  // An item of the list has a name of its own, such as "interests.2".
  const wrong = Object.keys(problems).find((name) => /^interests(\.|$)/.test(name));
  return (
    <>
      <fieldset aria-describedby={wrong && 'interests-problem'}>
        <legend>What do you like?</legend>
        <div class="ticks">
          {INTERESTS.map((each) => (
            <label class="tick" key={each}>
              <input type="checkbox" name="interests" value={each} checked={ticked.includes(each)} />
              {each}
            </label>
          ))}
        </div>
        {wrong && (
          <span class="problem" id="interests-problem">
            {problems[wrong]}
          </span>
        )}
      </fieldset>
      <div class="field">
        <label for="about">A few words about you</label>
        <span class="soft" id="about-hint">
          If you like, up to 500 characters.
        </span>
        <textarea
          id="about"
          name="about"
          rows={4}
          aria-describedby={problems['about'] ? 'about-hint about-problem' : 'about-hint'}
          aria-invalid={problems['about'] ? true : undefined}
          value={textOf(values['about'])}
        />
        {problems['about'] && (
          <span class="problem" id="about-problem">
            {problems['about']}
          </span>
        )}
      </div>
    </>
  );
}
