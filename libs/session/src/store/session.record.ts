import { type Milliseconds, randomToken } from '../common/index.js';
import { checkCookie, cookieJson, type CookieRecord } from './record.cookie.js';
import { isDuration, isInstant, UnreadableRecordError } from './record.values.js';
import { isReserved, META } from './reserved.names.js';
import { isFields } from './session.fields.js';

/** How long a session lives, fixed in its record. */
export interface SessionPolicy {
  /** Ends this long after the last activity. */
  readonly idle: Milliseconds;
  /** Ends this long after its creation, whatever happens. */
  readonly absolute: Milliseconds;
  /** Whether the browser keeps the cookie when it is closed. */
  readonly persistent: boolean;
  /** Of a session that outlives its user's attention: how long the login counts as fresh without activity, and at most. */
  readonly fresh?: { readonly idle: Milliseconds; readonly absolute: Milliseconds };
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
  readonly current: string;
  /** The successor, fixed when the current one was minted. */
  readonly next?: string;
  /** The one before, good until `graceUntil`. */
  readonly previous?: string;
  /** Milliseconds since 1970. */
  readonly graceUntil?: number;
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

/** Of a class, as all that each request makes: see "what a literal makes" in docs/request-path.md. */
export class StoredMeta implements SessionMeta {
  constructor(
    readonly secrets: SessionSecrets | undefined,
    readonly createdAt: number,
    readonly lastActiveAt: number,
    readonly renewedAt: number,
    readonly policy: SessionPolicy,
    readonly listedUntil: number | undefined,
    readonly auth: SessionAuth | undefined,
  ) {}
}

/** One session as Redis holds it. */
export interface SessionRecord {
  cookie: CookieRecord;
  data: Record<string, unknown>;
  /** Absent in a session that express-session + connect-redis wrote. */
  meta?: SessionMeta;
}

/** 12 characters, few enough for the engine to copy them out of many. */
const WRITE_BYTES = 9;
const WRITE_LENGTH = 12;
const AT_ONCE = 256;

/**
 * `{ "cookie": {...}, ...data, "$session": {...} }`, of which `dataJson` is the middle as JSON.
 *
 * Every text is different, by the random `write` in it: two requests that make the same change in the same millisecond would
 * otherwise send the same text, and the save script would take the second for a repeat of the first.
 */
export function encodeRecord(cookie: CookieRecord, dataJson: string, meta: SessionMeta): string {
  const middle = dataJson === '{}' ? '' : `,${dataJson.slice(1, -1)}`;
  return `{"cookie":${cookieJson(cookie)}${middle},"${META}":${metaJson(meta)}}`;
}

let tokens = '';
let taken = 0;

/** No secret, so that many are made at once and lie about. */
function writeToken(): string {
  if (taken === tokens.length) {
    tokens = randomToken(WRITE_BYTES * AT_ONCE);
    taken = 0;
  }
  return tokens.slice(taken, (taken += WRITE_LENGTH));
}

/** Field by field: a copy that has the token in it takes longer to make than all of this. */
function metaJson({
  secrets,
  createdAt,
  lastActiveAt,
  renewedAt,
  policy,
  listedUntil,
  auth,
}: SessionMeta): string {
  const first = secrets === undefined ? '' : `"secrets":${secretsJson(secrets)},`;
  const listed = listedUntil === undefined ? '' : `"listedUntil":${listedUntil},`;
  const login = auth === undefined ? '' : `"auth":${JSON.stringify(auth)},`;
  return (
    `{${first}"createdAt":${createdAt},"lastActiveAt":${lastActiveAt},"renewedAt":${renewedAt},` +
    `"policy":${policyJson(policy)},${listed}${login}"write":"${writeToken()}"}`
  );
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
  return new StoredMeta(
    secrets === undefined ? undefined : checkSecrets(secrets),
    createdAt,
    lastActiveAt,
    renewedAt,
    checkPolicy(policy.idle, policy.absolute, policy),
    isInstant(listedUntil) ? listedUntil : undefined,
    auth === undefined ? undefined : checkAuth(auth),
  );
}

function checkPolicy(
  idle: Milliseconds,
  absolute: Milliseconds,
  from: Record<string, unknown>,
): SessionPolicy {
  const persistent = from.persistent === true;
  const { fresh } = from;
  if (fresh === undefined) return sharedPolicy({ idle, absolute, persistent });
  if (!isFields(fresh) || !isDuration(fresh.idle) || !isDuration(fresh.absolute))
    throw new UnreadableRecordError('wrong policy');
  return sharedPolicy({
    idle,
    absolute,
    persistent,
    fresh: { idle: fresh.idle, absolute: fresh.absolute },
  });
}

/** The last policy: most sessions of an application have the same, which is then kept, and written as JSON, once. */
const last: { policy?: SessionPolicy; json?: string } = {};

function sharedPolicy(policy: SessionPolicy): SessionPolicy {
  if (last.policy !== undefined && isSamePolicy(policy, last.policy)) return last.policy;
  last.policy = policy;
  last.json = undefined;
  return policy;
}

const isSamePolicy = (one: SessionPolicy, other: SessionPolicy): boolean =>
  one.idle === other.idle &&
  one.absolute === other.absolute &&
  one.persistent === other.persistent &&
  one.fresh?.idle === other.fresh?.idle &&
  one.fresh?.absolute === other.fresh?.absolute;

function policyJson(policy: SessionPolicy): string {
  if (last.policy !== policy) {
    last.policy = policy;
    last.json = undefined;
  }
  return (last.json ??= JSON.stringify(policy));
}

function checkSecrets({ current, next, previous, graceUntil }: Record<string, unknown>): SessionSecrets {
  return new StoredSecrets(
    String(current),
    typeof next === 'string' ? next : undefined,
    typeof previous === 'string' ? previous : undefined,
    isInstant(graceUntil) ? graceUntil : undefined,
  );
}

/** Keeps its JSON, because a session has the same secrets at nearly all writes. */
class StoredSecrets implements SessionSecrets {
  #json: string | undefined;

  constructor(
    readonly current: string,
    readonly next: string | undefined,
    readonly previous: string | undefined,
    readonly graceUntil: number | undefined,
  ) {}

  get json(): string {
    return (this.#json ??= JSON.stringify(this));
  }
}

const secretsJson = (secrets: SessionSecrets): string =>
  secrets instanceof StoredSecrets ? secrets.json : JSON.stringify(secrets);

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
