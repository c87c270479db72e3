import type { ComponentChildren } from 'preact';

/** A part of a page with a heading. */
export function Card({
  title,
  level = 2,
  children,
}: {
  title: string;
  /** 1 for the one that names the page. */
  level?: 1 | 2;
  children?: ComponentChildren;
}) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <section class="card">
      <Heading>{title}</Heading>
      {children}
    </section>
  );
}

/** Something that happened, read out by screen readers. */
export function Notice({ kind, children }: { kind: 'good' | 'bad' | 'info'; children: ComponentChildren }) {
  return (
    <p class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}

export interface FieldProps {
  name: string;
  label: string;
  type?: 'text' | 'password' | 'email' | 'number';
  value?: string | number;
  /** What is wrong with it. */
  problem?: string;
  hint?: string;
  required?: boolean;
  autocomplete?: string;
  min?: number;
  max?: number;
  maxlength?: number;
}

/** A field of a form, with its label, and what is wrong with it. */
export function Field({ name, label, type = 'text', problem, hint, ...input }: FieldProps) {
  const described = [hint && `${name}-hint`, problem && `${name}-problem`].filter(Boolean).join(' ');
  const isName = input.autocomplete === 'username';
  // Apart from the others, because Preact's types know a list of attributes for each type.
  const kind: object = { type };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && (
        <span class="soft" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      <input
        id={name}
        name={name}
        aria-describedby={described || undefined}
        aria-invalid={problem ? true : undefined}
        autocapitalize={isName ? 'none' : undefined}
        spellcheck={isName ? false : undefined}
        {...kind}
        {...input}
      />
      {problem && (
        <span class="problem" id={`${name}-problem`}>
          {problem}
        </span>
      )}
    </div>
  );
}

/** An instant, for people in their own time zone where JavaScript runs. @param at milliseconds since 1970 */
export function Instant({ at }: { at: number }) {
  const iso = new Date(at).toISOString();
  return <time dateTime={iso}>{`${iso.slice(0, 16).replace('T', ' ')} UTC`}</time>;
}
