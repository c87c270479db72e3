import { type Milliseconds, randomToken } from '../common/index.js';

/** Cookie attributes as express-session and connect-redis write them into a record. */
export interface CookieRecord {
  originalMaxAge: Milliseconds | null;
  expires?: string | null;
  [attribute: string]: unknown;
}

/** How long a session lives, fixed in its record. */
export interface SessionPolicy {
  /** Ends this long after the last activity. */
  idle: Milliseconds;
  /** Ends this long after its creation, whatever happens. */
  absolute: Milliseconds;
  /** Whether the browser keeps the cookie when it is closed. */
  persistent: boolean;
}

/** Who is logged in, as the server knows it. */
export interface SessionAuth {
  userId: string;
  roles: string[];
  authenticatedAt: number;
}

/** SHA-256 of the secrets that open a session, base64url. */
export interface SessionSecrets {
  current: string;
  /** The successor, fixed when the current one was minted. */
  next?: string;
  /** The one before, good until `graceUntil`. */
  previous?: string;
  /** Milliseconds since 1970. */
  graceUntil?: number;
}

/** What the server alone knows and writes; never on `req.session`. Instants are milliseconds since 1970. */
export interface SessionMeta {
  /** What opens the session; absent in a plain session. */
  secrets?: SessionSecrets;
  createdAt: number;
  lastActiveAt: number;
  renewedAt: number;
  policy: SessionPolicy;
  /** Until when the session stands in its user's list. */
  listedUntil?: number;
  auth?: SessionAuth;
}

/** One session as Redis holds it. */
export interface SessionRecord {
  cookie: CookieRecord;
  data: Record<string, unknown>;
  /** Absent in a session that express-session + connect-redis wrote. */
  meta?: SessionMeta;
}

/** The name under which {@link SessionMeta} stands in a record. */
export const META = '$session';

const WRITE_BYTES = 9;

/** Text that is not a session record; `message` says in few words why not, without quoting it. */
export class UnreadableRecordError extends Error {}

/**
 * `{ "cookie": {...}, ...data, "$session": {...} }`, of which `dataJson` is the middle as JSON.
 *
 * Every text is different, by the random `write` in it: two requests that make the same change in the same millisecond would
 * otherwise send the same text, and the save script would take the second for a repeat of the first.
 */
export function encodeRecord(cookie: object, dataJson: string, meta: SessionMeta): string {
  const middle = dataJson === '{}' ? '' : `,${dataJson.slice(1, -1)}`;
  return `{"cookie":${JSON.stringify(cookie)}${middle},"${META}":${JSON.stringify({ ...meta, write: randomToken(WRITE_BYTES) })}}`;
}

/** Reads what {@link encodeRecord} or connect-redis wrote. @throws UnreadableRecordError */
export function decodeRecord(text: string): SessionRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new UnreadableRecordError('not JSON');
  }
  return checkRecord(parsed);
}

/** Checks a parsed value. @throws UnreadableRecordError */
export function checkRecord(parsed: unknown): SessionRecord {
  if (!isObject(parsed)) throw new UnreadableRecordError('not an object');
  // The name is taken out before anything copies the fields: an assignment would set the prototype.
  Reflect.deleteProperty(parsed, '__proto__');
  const { cookie, [META]: meta, ...data } = parsed;
  if (!isObject(cookie)) throw new UnreadableRecordError('no cookie in it');
  const { originalMaxAge = null, expires } = cookie;
  if (originalMaxAge !== null && typeof originalMaxAge !== 'number')
    throw new UnreadableRecordError('wrong originalMaxAge');
  if (
    expires !== undefined &&
    expires !== null &&
    (typeof expires !== 'string' || Number.isNaN(Date.parse(expires)))
  ) {
    throw new UnreadableRecordError('wrong cookie expiry');
  }
  return {
    cookie: { ...cookie, originalMaxAge, expires },
    data,
    meta: meta === undefined ? undefined : checkMeta(meta),
  };
}

function checkMeta(value: unknown): SessionMeta {
  if (!isObject(value)) throw new UnreadableRecordError(`wrong ${META}`);
  const { secrets, createdAt, lastActiveAt, renewedAt, policy, listedUntil, auth } = value;
  if (!isInstant(createdAt) || !isInstant(lastActiveAt) || !isInstant(renewedAt))
    throw new UnreadableRecordError('wrong instants');
  if (!isObject(policy) || !isInstant(policy.idle) || !isInstant(policy.absolute))
    throw new UnreadableRecordError('wrong policy');
  if (secrets !== undefined && (!isObject(secrets) || typeof secrets.current !== 'string')) {
    throw new UnreadableRecordError('wrong secrets');
  }
  return {
    secrets: secrets === undefined ? undefined : checkSecrets(secrets),
    createdAt,
    lastActiveAt,
    renewedAt,
    policy: { idle: policy.idle, absolute: policy.absolute, persistent: policy.persistent === true },
    listedUntil: isInstant(listedUntil) ? listedUntil : undefined,
    auth: auth === undefined ? undefined : checkAuth(auth),
  };
}

function checkSecrets({ current, next, previous, graceUntil }: Record<string, unknown>): SessionSecrets {
  return {
    current: String(current),
    next: typeof next === 'string' ? next : undefined,
    previous: typeof previous === 'string' ? previous : undefined,
    graceUntil: isInstant(graceUntil) ? graceUntil : undefined,
  };
}

function checkAuth(value: unknown): SessionAuth {
  if (!isObject(value) || typeof value.userId !== 'string' || !isInstant(value.authenticatedAt)) {
    throw new UnreadableRecordError('wrong auth');
  }
  const roles = Array.isArray(value.roles) ? value.roles.filter((role) => typeof role === 'string') : [];
  return { userId: value.userId, roles, authenticatedAt: value.authenticatedAt };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;
