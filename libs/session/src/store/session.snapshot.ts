// oxlint-disable typescript/no-unsafe-type-assertion -- what JSON.parse makes has no types, and is looked at on every request
import expressSession from 'express-session';
import { dataJsonOf, type SessionLike } from './session.data.js';
import { type Fields, parseFields } from './session.fields.js';
import { SessionCookie } from './session.cookie.js';

/**
 * The application's own fields as they are stored: what tells a change, and what changes of several requests are merged on. Nobody else
 * has its objects, so that nobody changes them.
 */
export class Snapshot {
  static readonly EMPTY = Snapshot.ofJson('{}');

  private constructor(
    private data: Readonly<Fields> | undefined,
    private text: string | undefined,
  ) {}

  /** Of data that was parsed from JSON, and that nobody else is given. */
  static of(data: Readonly<Fields>): Snapshot {
    return new Snapshot(data, undefined);
  }

  static ofJson(text: string): Snapshot {
    return new Snapshot(undefined, text);
  }

  get json(): string {
    return (this.text ??= JSON.stringify(this.data));
  }

  /** To look at. */
  get fields(): Readonly<Fields> {
    return (this.data ??= parseFields(this.json));
  }

  /** To have. */
  copy(): Fields {
    return copyOfFields(this.fields);
  }

  /** Gives a session these fields. */
  putOn(session: SessionLike): void {
    const { fields } = this;
    const target = session as SessionLike & Fields;
    for (const name of Object.keys(fields)) target[name] = copyOf(fields[name]);
  }

  /** Whether a session's fields, in their order, are these. @throws like {@link dataJsonOf} */
  isOf(session: SessionLike): boolean {
    return this.isSeenIn(session) || this.json === dataJsonOf(session);
  }

  /**
   * The same by looking only, which is quicker than to write JSON. What is not just like JSON.parse makes it is left to JSON.stringify, which
   * knows how to write it.
   */
  private isSeenIn(session: SessionLike): boolean {
    if (!(session instanceof expressSession.Session) || !(session.cookie instanceof SessionCookie))
      return false;
    const names = Object.keys(session);
    const { fields } = this;
    const expected = Object.keys(fields);
    let at = 0;
    for (const name of names) {
      if (name === 'cookie') continue;
      if (name !== expected[at++] || !isSame(fields[name], (session as unknown as Fields)[name]))
        return false;
    }
    return at === expected.length;
  }
}

function copyOfFields(fields: Readonly<Fields>): Fields {
  const copy: Fields = {};
  for (const name of Object.keys(fields)) copy[name] = copyOf(fields[name]);
  return copy;
}

/** A copy of what JSON.parse made. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(copyOf) : copyOfFields(value as Fields);
}

/** Whether something would be written as JSON just as what JSON.parse made; `false` where that is not plain to see. */
function isSame(kept: unknown, value: unknown): boolean {
  if (kept === value) return true;
  if (typeof kept !== 'object' || kept === null || typeof value !== 'object' || value === null) return false;
  if (Array.isArray(kept)) {
    if (
      !Array.isArray(value) ||
      Object.getPrototypeOf(value) !== Array.prototype ||
      value.length !== kept.length
    )
      return false;
    for (let at = 0; at < kept.length; at++) if (!isSame(kept[at], value[at])) return false;
    return !Object.hasOwn(value, 'toJSON');
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  const names = Object.keys(value);
  const expected = Object.keys(kept);
  if (names.length !== expected.length) return false;
  for (let at = 0; at < names.length; at++) {
    const name = names[at] ?? '';
    if (name !== expected[at] || !isSame((kept as Fields)[name], (value as Fields)[name])) return false;
  }
  return !Object.hasOwn(value, 'toJSON');
}
