import type { ComponentChildren } from 'preact';
import { Card, Field, Instant, Notice } from '../pages/parts.js';
import { LANGUAGES, LONGEST_NOTE, THEMES } from './preferences.inputs.js';
import type { KeptPreferences } from './preferences.service.js';

interface PreferencesProps {
  /** What is kept, or what was typed, in which anything at all may be. */
  values: Readonly<Record<string, unknown>>;
  /** What is wrong with which field. */
  problems?: Readonly<Record<string, string>>;
  kept?: KeptPreferences;
}

export function PreferencesPage({ values, problems = {}, kept }: PreferencesProps) {
  const note = textOf(values['note']);
  return (
    <Card title="Your preferences" level={1}>
      <p class="soft">
        They are kept beside the session, for a day after each change, and all your devices share them.
        {kept && <Whereabouts {...kept} />}
      </p>
      {Object.keys(problems).length > 0 && (
        <Notice kind="bad">Nothing was kept. Please look at what is marked.</Notice>
      )}
      <form class="stack" method="post" action="/session/preferences">
        <Choice name="theme" label="Theme" problem={problems['theme']}>
          {THEMES.map((theme) => (
            <option key={theme} value={theme} selected={theme === values['theme']}>
              {theme}
            </option>
          ))}
        </Choice>
        <Choice name="language" label="Language" problem={problems['language']}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} selected={code === values['language']}>
              {name}
            </option>
          ))}
        </Choice>
        <Field
          name="pageSize"
          label="Products on a page"
          type="number"
          min={10}
          max={100}
          value={textOf(values['pageSize'])}
          problem={problems['pageSize']}
          required
        />
        <div class="tick">
          <input
            id="newsletter"
            name="newsletter"
            type="checkbox"
            checked={values['newsletter'] === true || values['newsletter'] === 'on'}
          />
          <label for="newsletter">Send me the newsletter</label>
        </div>
        <div class="field">
          <label for="note">A note for whoever delivers</label>
          <textarea
            id="note"
            name="note"
            rows={4}
            maxlength={LONGEST_NOTE}
            aria-invalid={problems['note'] !== undefined || undefined}
            aria-describedby={problems['note'] && 'note-problem'}
          >
            {/* HTML drops one line break at the beginning. */}
            {note?.startsWith('\n') ? `\n${note}` : note}
          </textarea>
          <Problem name="note" problem={problems['note']} />
        </div>
        <div class="row">
          <button>Keep</button>
          <a href="/session">Back to your session</a>
        </div>
      </form>
    </Card>
  );
}

export function LogInFirstPage({ message, login }: { message: string; login: string }) {
  return (
    <Card title="Your preferences" level={1}>
      <p>{message}</p>
      <p>
        <a class="button" href={login}>
          Log in
        </a>
      </p>
    </Card>
  );
}

function Whereabouts({ bytes, expiresAt }: KeptPreferences) {
  if (expiresAt === null) return <> You have chosen nothing yet; these are the defaults.</>;
  return (
    <>
      {' '}
      They take {bytes} bytes, until <Instant at={Date.parse(expiresAt)} />.
    </>
  );
}

interface ChoiceProps {
  name: string;
  label: string;
  problem?: string;
  children: ComponentChildren;
}

function Choice({ name, label, problem, children }: ChoiceProps) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select
        id={name}
        name={name}
        aria-invalid={problem !== undefined || undefined}
        aria-describedby={problem && `${name}-problem`}
      >
        {children}
      </select>
      <Problem name={name} problem={problem} />
    </div>
  );
}

function Problem({ name, problem }: { name: string; problem?: string }) {
  if (problem === undefined) return null;
  return (
    <span class="problem" id={`${name}-problem`}>
      {problem}
    </span>
  );
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
