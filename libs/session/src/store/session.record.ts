import { type Milliseconds, randomToken } from '../common/index.js';
import { isReserved, META } from './reserved.names.js';
import { isFields } from './session.fields.js';

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
  /** Of a session that outlives its user's attention: how long the login counts as fresh without activity, and at most. */
  fresh?: { idle: Milliseconds; absolute: Milliseconds };
}

/** Who is logged in, as the server knows it. */
export interface SessionAuth {
  userId: string;
  roles: string[];
  authenticatedAt: number;
  /** Set once the login is not fresh any more; it stays so until the password is asked again. */
  isStale?: boolean;
  /** The number of the latest revocation of anybody when the login began: later ones concern it. */
  revocation?: number;
  /** When the session was admitted, on Redis's clock in microseconds: the order in which a user's sessions began. */
  admittedAt?: number;
  /** From what it was opened, coarsely, such as "Firefox on Windows". */
  device?: string;
  /** From where, shortened to its network, such as "203.0.113.0/24". */
  network?: string;
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
  if (!isFields(parsed)) throw new UnreadableRecordError('not an object');
  // Whoever copies the fields would set a prototype with it.
  if (Object.hasOwn(parsed, '__proto__')) throw new UnreadableRecordError('a field named __proto__');
  const { cookie, [META]: meta, ...data } = parsed;
  // Fields that no session object can have, such as `id`: others may write them, nobody can read them.
  for (const name of Object.keys(data)) if (isReserved(name)) Reflect.deleteProperty(data, name);
  return { cookie: checkCookie(cookie), data, meta: meta === undefined ? undefined : checkMeta(meta) };
}

/** Takes the attributes that are known, and only if they can be what they say: they end up in a header. */
function checkCookie(value: unknown): CookieRecord {
  if (!isFields(value)) throw new UnreadableRecordError('no cookie in it');
  const { originalMaxAge = null, expires } = value;
  if (originalMaxAge !== null && !isDuration(originalMaxAge))
    throw new UnreadableRecordError('wrong originalMaxAge');
  if (expires !== undefined && expires !== null && !isDate(expires))
    throw new UnreadableRecordError('wrong cookie expiry');
  const cookie: CookieRecord = { originalMaxAge, expires };
  const wrong = wrongAttributeOf(value);
  if (wrong !== undefined) throw new UnreadableRecordError(`wrong cookie ${wrong}`);
  for (const name of Object.keys(COOKIE_ATTRIBUTES)) {
    if (value[name] !== undefined && value[name] !== null) cookie[name] = value[name];
  }
  return cookie;
}

/** The name of an attribute that could not stand in a Set-Cookie header; `undefined` if all could. */
export function wrongAttributeOf(cookie: object): string | undefined {
  for (const [name, isRight] of Object.entries(COOKIE_ATTRIBUTES)) {
    const value: unknown = Reflect.get(cookie, name);
    if (value !== undefined && value !== null && !isRight(value)) return name;
  }
  return undefined;
}

function checkMeta(value: unknown): SessionMeta {
  if (!isFields(value)) throw new UnreadableRecordError(`wrong ${META}`);
  const { secrets, createdAt, lastActiveAt, renewedAt, policy, listedUntil, auth } = value;
  if (!isInstant(createdAt) || !isInstant(lastActiveAt) || !isInstant(renewedAt))
    throw new UnreadableRecordError('wrong instants');
  if (!isFields(policy) || !isDuration(policy.idle) || !isDuration(policy.absolute))
    throw new UnreadableRecordError('wrong policy');
  if (secrets !== undefined && (!isFields(secrets) || typeof secrets.current !== 'string')) {
    throw new UnreadableRecordError('wrong secrets');
  }
  return {
    secrets: secrets === undefined ? undefined : checkSecrets(secrets),
    createdAt,
    lastActiveAt,
    renewedAt,
    policy: checkPolicy(policy.idle, policy.absolute, policy),
    listedUntil: isInstant(listedUntil) ? listedUntil : undefined,
    auth: auth === undefined ? undefined : checkAuth(auth),
  };
}

function checkPolicy(
  idle: Milliseconds,
  absolute: Milliseconds,
  from: Record<string, unknown>,
): SessionPolicy {
  const policy = { idle, absolute, persistent: from.persistent === true };
  const { fresh } = from;
  if (fresh === undefined) return policy;
  if (!isFields(fresh) || !isDuration(fresh.idle) || !isDuration(fresh.absolute))
    throw new UnreadableRecordError('wrong policy');
  return { ...policy, fresh: { idle: fresh.idle, absolute: fresh.absolute } };
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
  if (!isFields(value) || typeof value.userId !== 'string' || !isInstant(value.authenticatedAt)) {
    throw new UnreadableRecordError('wrong auth');
  }
  const roles = Array.isArray(value.roles) ? value.roles.filter((role) => typeof role === 'string') : [];
  const { userId, authenticatedAt, isStale, revocation, admittedAt, device, network } = value;
  return {
    userId,
    roles,
    authenticatedAt,
    isStale: isStale === true ? true : undefined,
    revocation: isInstant(revocation) ? revocation : undefined,
    admittedAt: isInstant(admittedAt) ? admittedAt : undefined,
    device: typeof device === 'string' ? device : undefined,
    network: typeof network === 'string' ? network : undefined,
  };
}

/** The last instant that a Date can hold, about the year 275,000. */
const LAST_INSTANT = 8.64e15;

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST_INSTANT;

const isDuration = (value: unknown): value is Milliseconds => isInstant(value) && value > 0;

const isDate = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value));

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

/** No semicolon, which would begin another attribute, and nothing that the package `cookie` refuses to write. */
const PATH = /^[\x20-\x3a\x3d-\x7e]*$/;
const DOMAIN = /^\.?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const COOKIE_ATTRIBUTES: Readonly<Record<string, (value: unknown) => boolean>> = {
  path: isText(PATH),
  domain: isText(DOMAIN),
  secure: (value) => isBoolean(value) || value === 'auto',
  httpOnly: isBoolean,
  sameSite: (value) => isBoolean(value) || isText(/^(lax|strict|none)$/i)(value),
  partitioned: isBoolean,
  priority: isText(/^(low|medium|high)$/i),
};
