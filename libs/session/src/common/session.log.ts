import { createHash } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ResolvedEventOptions } from './event.options.js';
import type { SessionEndReason, SessionEvent, SessionEventType } from './session.events.js';
import { SessionEvents } from './session.events.js';

/** The level of Nest's logger that an event is written at. */
type Level = 'error' | 'warn' | 'log' | 'debug';

/** How loud each event is; of an ending it depends on the reason. A new event does not compile until it stands here. */
export const EVENT_LEVELS = {
  'session.created': 'debug',
  'session.renewed': 'debug',
  'session.stolen': 'error',
  'session.ended': {
    logout: 'log',
    revoked: 'log',
    evicted: 'log',
    stolen: 'log',
    // Nobody was logged in, or still is under another handle.
    destroyed: 'debug',
    regenerated: 'debug',
    reauthenticated: 'debug',
  },
  'session.unreadable': 'warn',
  'session.writeRefused': 'warn',
  'session.large': 'warn',
  'login.succeeded': 'log',
  'login.failed': 'warn',
  'login.blocked': 'warn',
  'login.sprayed': 'warn',
  'login.reauthenticated': 'log',
  'credential.disabled': 'error',
  'sessions.revoked': 'log',
  'access.refused': 'warn',
  'nearCache.refused': 'warn',
  'store.unavailable': 'error',
  'store.recovered': 'log',
} as const satisfies Record<Exclude<SessionEventType, 'session.ended'>, Level> & {
  'session.ended': Record<SessionEndReason, Level>;
};

type FieldOf<E> = E extends unknown ? Exclude<keyof E, 'type'> : never;

/** Every field of an event, in the order in which a line has them, and how it is written. What is not here is not written. */
const FIELDS: Record<FieldOf<SessionEvent>, (value: unknown) => string> = {
  handle: writeHandle,
  before: writeHandle,
  userId: writeValue,
  account: writeValue,
  by: writeValue,
  address: writeValue,
  seconds: writeValue,
  accounts: writeValue,
  failures: writeValue,
  device: writeValue,
  remembered: writeValue,
  reason: writeValue,
  code: writeValue,
  route: writeValue,
  problem: writeValue,
  bytes: writeValue,
  largestKey: writeValue,
  ended: writeValue,
};

/** More than this of one value is cut off: a name of a megabyte that somebody types is no reason to fill a disk. */
const MOST_CHARACTERS = 256;
/** Written as it is. Everything else stands in quotes, so that it cannot pass for the next field. */
const BARE = /^[\w.:@/+-]+$/;
/** What is left in quotes: no line break in any script, no control or direction sign, nothing invisible. */
const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;
/** What this library makes. */
const HANDLE = /^[\w-]{22}$/;

/**
 * Writes each event as one line of Nest's logger, context `Session`: `login.succeeded handle=… userId=42 remembered=true`.
 *
 * A value can neither end its line nor pass for another field (ASVS 16.4.1: log injection). Nothing in a line lets anybody in:
 * sessions are named by their handle, and an id in connect-redis's form, which is its own handle, by its hash (ASVS 16.2.5).
 */
@Injectable()
export class SessionLog {
  private readonly logger = new Logger('Session');

  constructor(events: SessionEvents, { log }: Pick<ResolvedEventOptions, 'log'>) {
    // Ends with the application, when the events complete.
    if (log) events.all$.subscribe((event) => this.logger[levelOf(event)](lineOf(event)));
  }
}

function levelOf(event: SessionEvent): Level {
  return event.type === 'session.ended'
    ? EVENT_LEVELS['session.ended'][event.reason]
    : EVENT_LEVELS[event.type];
}

/** An event as one line; a field without value is left out. */
export function lineOf(event: SessionEvent): string {
  const given = new Map<string, unknown>(Object.entries(event));
  const fields = Object.entries(FIELDS)
    .filter(([name]) => given.get(name) !== undefined)
    .map(([name, write]) => `${name}=${write(given.get(name))}`);
  return [event.type, ...fields].join(' ');
}

function writeHandle(value: unknown): string {
  const handle = String(value);
  if (HANDLE.test(handle)) return handle;
  return `sha256:${createHash('sha256').update(handle).digest('base64url').slice(0, 22)}`;
}

function writeValue(value: unknown): string {
  const text = String(value);
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return BARE.test(short) ? short : JSON.stringify(short).replace(UNSEEN, escape);
}

/** `\u200b`, or `\u{e0001}` beyond four digits. */
function escape(sign: string): string {
  const digits = (sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
}
