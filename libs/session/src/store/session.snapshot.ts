// oxlint-disable typescript/no-unsafe-type-assertion -- what JSON.parse makes has no types, and is looked at on every request
import expressSession from 'express-session';
import { dataJsonOf, type SessionLike } from './session.data.js';
import { type Fields, isFields, parseFields } from './session.fields.js';
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

  /**
   * Of data that was just written as this JSON. What is as it was before is taken from there: parsing all of it anew takes three times as
   * long, and what is kept of sessions that are written often is mostly the same.
   */
  static ofWritten(data: Fields, json: string, before: Snapshot): Snapshot {
    // A copy to begin with, because the engine then goes on with a shape that it knows.
    const kept = keptFields(before.fields, data, { ...data });
    return kept === NOT_PLAIN ? Snapshot.ofJson(json) : Snapshot.of(kept);
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
    copyNested(Object.assign(session as SessionLike & Fields, fields), fields);
  }

  /** Whether a session's fields, in their order, are these. @throws like {@link dataJsonOf}, unless it is plain to see that they are not */
  isOf(session: SessionLike): boolean {
    const seen = this.seenIn(session);
    return seen === undefined ? this.json === dataJsonOf(session) : seen;
  }

  /**
   * The same by looking only, which is quicker than to write JSON. `undefined` where something is not just like JSON.parse makes it: that is
   * left to JSON.stringify, which knows how to write it.
   */
  private seenIn(session: SessionLike): boolean | undefined {
    if (!(session instanceof expressSession.Session) || !(session.cookie instanceof SessionCookie))
      return undefined;
    return hasSame(this.fields, session as unknown as Fields, 'cookie');
  }
}

function copyOfFields(fields: Readonly<Fields>): Fields {
  return copyNested({ ...fields }, fields);
}

// `for...in`, here and in comparing: the engine reads what it goes over by place. What objects inherit, where somebody has put something on the
// prototype of all, is no data.
/** Gives what has the fields copies of those that are objects. */
function copyNested(target: Fields, fields: Readonly<Fields>): Fields {
  for (const name in fields) {
    const value = fields[name];
    if (typeof value === 'object' && value !== null && Object.hasOwn(fields, name))
      target[name] = copyOf(value);
  }
  return target;
}

/** A copy of what JSON.parse made. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(copyOf) : copyOfFields(value as Fields);
}

/** Whether something would be written as JSON just as what JSON.parse made; `undefined` where that is not plain to see. */
function isSame(kept: unknown, value: unknown): boolean | undefined {
  // What JSON.parse made is the same only as what JSON says as it is: neither `NaN` nor `-0`. Mostly it is the very same.
  if (Object.is(kept, value)) return true;
  if (typeof value !== 'object' || value === null) return isPlain(value) ? false : undefined;
  if (typeof kept !== 'object' || kept === null) return undefined;
  if (!Array.isArray(kept))
    return Object.getPrototypeOf(value) === Object.prototype
      ? hasSame(kept as Fields, value as Fields)
      : undefined;
  if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return undefined;
  if (value.length !== kept.length || 'toJSON' in value) return undefined;
  for (let at = 0; at < kept.length; at++) {
    const isLike = isSame(kept[at], value[at]);
    if (isLike !== true) return isLike;
  }
  return true;
}

/**
 * The same of the fields of an object, in their order. What it inherits is met too and taken for a field, so that it is not plain to see.
 *
 * @param passed the name of one that is not looked at
 */
function hasSame(kept: Readonly<Fields>, fields: Fields, passed?: string): boolean | undefined {
  if (fields.toJSON !== undefined) return undefined;
  const names = Object.keys(kept);
  let at = 0;
  for (const name in fields) {
    if (name === passed) continue;
    if (names[at++] !== name) return undefined;
    const isLike = isSame(kept[name], fields[name]);
    if (isLike !== true) return isLike;
  }
  return at === names.length ? true : undefined;
}

/** What only JSON.stringify knows how to write. */
const NOT_PLAIN = Symbol('not plain');

/** What JSON.parse would make of what JSON.stringify makes of a value; of the objects that it had before, those that still say the same. */
function keptOf(before: unknown, value: unknown): unknown {
  // What JSON made is never undefined: then there was nothing.
  if (before !== undefined && isSame(before, value) === true) return before;
  if (typeof value === 'string') return ownText(value);
  if (typeof value !== 'object' || value === null) return isPlain(value) ? value : NOT_PLAIN;
  if (Object.hasOwn(value, 'toJSON')) return NOT_PLAIN;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return prototype === Array.prototype ? keptList(before, value) : NOT_PLAIN;
  return prototype === Object.prototype ? keptFields(before, value as Fields) : NOT_PLAIN;
}

/** @param all where they are put */
function keptFields(before: unknown, fields: Readonly<Fields>, all: Fields = {}): Fields | typeof NOT_PLAIN {
  const earlier = isFields(before) ? before : {};
  for (const name of Object.keys(fields)) {
    const kept = keptOf(Object.hasOwn(earlier, name) ? earlier[name] : undefined, fields[name]);
    if (kept === NOT_PLAIN) return kept;
    all[name] = kept;
  }
  return all;
}

function keptList(before: unknown, list: readonly unknown[]): unknown[] | typeof NOT_PLAIN {
  const earlier: readonly unknown[] = Array.isArray(before) ? before : [];
  const all: unknown[] = [];
  // Not `map`, which passes over places that hold nothing.
  for (let at = 0; at < list.length; at++) {
    const kept = keptOf(earlier[at], list[at]);
    if (kept === NOT_PLAIN) return kept;
    all.push(kept);
  }
  return all;
}

/** The engine keeps no text shorter than this as a part of another one. */
const LEAST_PART = 13;

/** The same text, but none that keeps a long one alive of which it is a part (the body of a request, say). */
const ownText = (text: string): string =>
  text.length < LEAST_PART ? text : (JSON.parse(JSON.stringify(text)) as string);

/** Whether JSON says just this value, so that another one is another text. `NaN` is written as `null`, `-0` as `0`, and a function not at all. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value === null ||
  (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0));
