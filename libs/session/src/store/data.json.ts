import { SessionError } from '../common/index.js';
import { reserved } from './reserved.fields.js';
import { UnreadableRecordError } from './record.values.js';

/** Levels of arrays and objects in each other. Enough for any data, and far from where recursion ends a process. */
const DEEPEST = 512;

// In JSON that JSON.stringify wrote, a name stands after a brace or comma and before a colon, and in text quotes are escaped:
// these expressions match names only.
const PROTO = /[{,]"__proto__":/;
const CONSTRUCTOR = /[{,]"constructor":\{/;
const PROTOTYPE = /[{,]"prototype":/;

/**
 * Makes sure that data can be saved and loaded again, at any depth of the call stack.
 *
 * @param from the JSON that it was parsed from, if that is known: nearly all of it can be seen to be harmless without writing it anew
 * @throws UnreadableRecordError
 */
export function checkStored(data: object, from: string | undefined): void {
  if (from !== undefined && isHarmless(from)) return;
  let json: string;
  try {
    json = JSON.stringify(data);
  } catch {
    // JSON.parse reads any depth, JSON.stringify does not: such a session could be loaded but never saved.
    throw new UnreadableRecordError('nested too deeply');
  }
  if (isTooDeep(json)) throw new UnreadableRecordError('nested too deeply');
  const name = dangerIn(json);
  if (name !== undefined) throw new UnreadableRecordError(`a field named ${name}`);
}

/**
 * Whether a text, escapes aside, can hold what {@link dangerIn} finds: each finding has this in it, and nearly all data is without. A few letters,
 * because the engine looks for these three times faster than for a whole name.
 */
const mayHoldDanger = (text: string): boolean => text.includes('proto');

/** Whether no name that {@link dangerIn} looks for is anywhere in a text, also not by escapes, and there are few levels at most. */
function isHarmless(text: string): boolean {
  return !mayHoldDanger(text) && !text.includes('\\u') && countOf('{', text) + countOf('[', text) <= DEEPEST;
}

/** Data of the application as JSON. @throws SessionError `SESSION_NOT_SERIALIZABLE` naming the field */
export function jsonOfNew(data: Record<string, unknown>): string {
  try {
    return JSON.stringify(data);
  } catch (error) {
    const field = Object.keys(data).find((name) => !isWritable(data[name]));
    throw notSerializable(field, reasonOf(error), { cause: error });
  }
}

/** Refuses what would be unreadable later. @throws SessionError `SESSION_NOT_SERIALIZABLE`, `RESERVED_FIELD` */
export function checkReadable(json: string): void {
  if (isTooDeep(json)) {
    const [field] = fieldsOf(json).find(([, value]) => isTooDeep(JSON.stringify(value), DEEPEST - 1)) ?? [];
    throw notSerializable(field, `more than ${DEEPEST} levels`);
  }
  const name = dangerIn(json);
  if (name !== undefined) throw reserved(name);
}

/** The field that takes the most room, and its size in JSON. */
export function largestField(json: string): { name: string; bytes: number } {
  let largest = { name: '', bytes: 0 };
  for (const [name, value] of fieldsOf(json)) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > largest.bytes) largest = { name, bytes };
  }
  return largest;
}

function notSerializable(
  field: string | undefined,
  reason: string,
  options?: { cause: unknown },
): SessionError {
  const what = field === undefined ? 'The session' : `The session's field "${field}"`;
  return new SessionError(
    'SESSION_NOT_SERIALIZABLE',
    `${what} holds what cannot be stored: ${reason}. Put plain data on it: text, numbers, booleans, arrays and ` +
      'plain objects. Nothing was written.',
    options,
  );
}

function fieldsOf(json: string): [string, unknown][] {
  const data: unknown = JSON.parse(json);
  return typeof data === 'object' && data !== null ? Object.entries(data) : [];
}

/** Names with which copying stored data could change what all objects inherit. */
function dangerIn(json: string): string | undefined {
  if (!mayHoldDanger(json)) return undefined;
  if (PROTO.test(json)) return '__proto__';
  return CONSTRUCTOR.test(json) && PROTOTYPE.test(json) ? 'constructor.prototype' : undefined;
}

function isTooDeep(json: string, most = DEEPEST): boolean {
  // Nearly all data has fewer openers than that, and they are counted ten times faster than levels.
  if (countOf('{', json) + countOf('[', json) <= most) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"':
        for (at++; json[at] !== '"'; at++) if (json[at] === '\\') at++;
        break;
      case '{':
      case '[':
        if (++depth > most) return true;
        break;
      case '}':
      case ']':
        depth--;
        break;
      default:
    }
  }
  return false;
}

function countOf(sign: string, json: string): number {
  let count = 0;
  for (let at = json.indexOf(sign); at >= 0; at = json.indexOf(sign, at + 1)) count++;
  return count;
}

function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return `more than ${DEEPEST} levels`;
  if (!(error instanceof Error)) return 'something that throws while it is read';
  // Node draws a circle over several lines, of which the first says it all.
  return error.message.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}
