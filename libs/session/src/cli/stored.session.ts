import {
  deadlineOf,
  scanKeys,
  type SessionMeta,
  type SessionRecord,
  isSideKey,
  withStaleness,
} from '../store/index.js';
import { CliError } from './cli.error.js';
import { SHOWN_CHARACTERS, shownId } from './masking.js';
import type { RedisTarget } from './redis.target.js';

/** Keys that are asked for in one step of SCAN. */
export const SCAN_COUNT = 500;
const OURS = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

/** A session as it lies in Redis. */
export interface StoredSession {
  /** End of the key; never to be printed, see `name`. */
  readonly id: string;
  /** What may be printed: the handle, or the beginning of a plain id. */
  readonly name: string;
  /** Whether the key is the credential, as in connect-redis. */
  readonly isPlain: boolean;
  readonly bytes: number;
  /** Milliseconds until Redis drops it; `undefined`: never. */
  readonly expiresIn: number | undefined;
  /** `undefined`: it cannot be read, see `problem`. */
  readonly record: SessionRecord | undefined;
  readonly problem: string | undefined;
}

/** Reads what lies under an id; `undefined` if nothing does (any more). */
export async function readSession(target: RedisTarget, id: string): Promise<StoredSession | undefined> {
  const key = target.prefix + id;
  const [text, pttl] = await Promise.all([
    target.backend.read(key),
    target.connection.run((client) => client.pttl(key), { repeatable: true }),
  ]);
  if (text === null || pttl === -2) return undefined;
  const record = await target.store.keeper.peek(text, id);
  const isPlain = record === undefined ? undefined : record.meta?.secrets === undefined;
  const name = shownId(id, isPlain);
  return {
    id,
    name,
    isPlain: name !== id,
    bytes: Buffer.byteLength(text),
    expiresIn: pttl === -1 ? undefined : pttl,
    record,
    problem: record === undefined ? problemOf(text) : undefined,
  };
}

/** The ends of all session keys, page by page, each once. */
export async function* sessionIds(target: RedisTarget, beginning = ''): AsyncGenerator<string[]> {
  const { connection, prefix } = target;
  const seen = new Set<string>();
  for await (const keys of scanKeys(connection, prefix + beginning, { count: SCAN_COUNT })) {
    const page = keys.filter((key) => !seen.has(key) && !isSideKey(prefix, key));
    for (const key of page) seen.add(key);
    yield page.map((key) => key.slice(prefix.length));
  }
}

/**
 * The session that a user of the command means: by its handle or plain id, or by a beginning of at least 6 characters that only
 * one session has.
 *
 * @throws CliError if there is none, or more than one
 */
export async function findSession(target: RedisTarget, given: string): Promise<StoredSession> {
  const text = given.startsWith(target.prefix) ? given.slice(target.prefix.length) : given;
  // Of a whole id the secret half is not needed, and must not be printed.
  const wanted = OURS.exec(text)?.[1] ?? text.replace(/(…|\.\.\.)$/, '');
  const exact = await readSession(target, wanted);
  if (exact !== undefined) return exact;
  if (wanted.length < SHOWN_CHARACTERS) {
    throw new CliError(
      `Give the handle, or at least its first ${SHOWN_CHARACTERS} characters; nestjs-redis-session sessions list shows them.`,
      2,
    );
  }
  const found = new Set<string>();
  for await (const page of sessionIds(target, wanted)) for (const id of page) found.add(id);
  const [id, ...more] = found;
  if (more.length > 0) throw new CliError(`${found.size} sessions begin like that; give more characters.`, 1);
  const session = id === undefined ? undefined : await readSession(target, id);
  if (session !== undefined) return session;
  throw new CliError(
    `There is no session ${wanted.length > SHOWN_CHARACTERS ? shownId(wanted) : wanted} under ${target.prefix} on ${target.place}: it ended or expired, or --prefix or --redis is another one.`,
    1,
  );
}

/** When a session ends by its own record; `undefined` where only Redis knows. */
export function deadlinesOf(meta: SessionMeta | undefined) {
  if (meta === undefined) return undefined;
  return {
    idle: meta.lastActiveAt + meta.policy.idle,
    absolute: meta.createdAt + meta.policy.absolute,
    ends: deadlineOf(meta),
  };
}

/** How sure it is who the user is; a login grows stale without anybody writing it down. */
export function storedLevelOf(meta: SessionMeta | undefined, now: number): string {
  const auth = meta && withStaleness(meta, now).auth;
  if (auth === undefined) return 'anonymous';
  return auth.isStale === true ? 'remembered' : 'fresh';
}

function problemOf(text: string): string {
  if (text === '') return 'not a text';
  if (/^e\d+\./.test(text)) return 'encrypted';
  return text.startsWith('{') ? 'not a session record' : 'not JSON, perhaps encrypted';
}
