import type { Cookie } from 'express-session';
import { type Milliseconds, SecondText } from '../common/index.js';
import { isDuration, UnreadableRecordError } from './record.values.js';
import { type Fields, isFields } from './session.fields.js';

/** Cookie attributes as express-session and connect-redis write them into a record. */
export interface CookieRecord extends Pick<Cookie, 'path' | 'domain' | 'secure' | 'httpOnly' | 'sameSite'> {
  originalMaxAge: Milliseconds | null;
  expires?: string | null;
  // The types of express-session know them as options only.
  partitioned?: unknown;
  priority?: unknown;
}

/** What a cookie says beside its life. */
type Attributes = Omit<CookieRecord, 'originalMaxAge' | 'expires'>;

/** Attributes that were looked at and are right. Those that are not there are left out, as JSON has it. */
class RightAttributes {
  /** As they stand in an object's JSON, behind something else. */
  readonly json: string;
  private readonly cookie: CookieRecord & Fields = { originalMaxAge: null, expires: undefined };

  constructor(private readonly all: Attributes) {
    const present: Fields = {};
    for (const [name] of ATTRIBUTES) {
      const value: unknown = Reflect.get(all, name);
      if (value !== undefined && value !== null) present[name] = value;
    }
    Object.assign(this.cookie, present);
    const json = JSON.stringify(present);
    this.json = json === '{}' ? '' : `,${json.slice(1, -1)}`;
  }

  /** A cookie that has them. */
  withLife(originalMaxAge: Milliseconds | null, expires: CookieRecord['expires']): CookieRecord {
    // A copy that is changed: the engine takes four times as long for a literal with `...` behind other fields, and forty times before them.
    const cookie = { ...this.cookie };
    cookie.originalMaxAge = originalMaxAge;
    cookie.expires = expires;
    return cookie;
  }

  areOf(cookie: Attributes): boolean {
    return hasSameAttributes(cookie, this.all);
  }
}

/** Whether two cookies say the same beside their life. */
export function hasSameAttributes(one: Attributes, other: Attributes): boolean {
  return (
    one.path === other.path &&
    one.domain === other.domain &&
    one.secure === other.secure &&
    one.httpOnly === other.httpOnly &&
    one.sameSite === other.sameSite &&
    one.partitioned === other.partitioned &&
    one.priority === other.priority
  );
}

/** The attributes that were right last: nearly all cookies of an application have the same. */
let lastRight: RightAttributes | undefined;

/** Takes the attributes that are known, and only if they can be what they say: they end up in a header. */
export function checkCookie(value: unknown): CookieRecord {
  if (!isFields(value)) throw new UnreadableRecordError('no cookie in it');
  const { originalMaxAge = null, expires } = value;
  if (originalMaxAge !== null && !isDuration(originalMaxAge))
    throw new UnreadableRecordError('wrong originalMaxAge');
  if (expires !== undefined && expires !== null && !isDate(expires))
    throw new UnreadableRecordError('wrong cookie expiry');
  const right = rightOf(value);
  if (typeof right === 'string') throw new UnreadableRecordError(`wrong cookie ${right}`);
  return right.withLife(originalMaxAge, expires);
}

/** The name of an attribute that could not stand in a Set-Cookie header; `undefined` if all could. */
export function wrongAttributeOf(cookie: object): string | undefined {
  const right = rightOf(cookie);
  return typeof right === 'string' ? right : undefined;
}

/** The attributes, or the name of one that is wrong. */
function rightOf(cookie: object): RightAttributes | string {
  if (lastRight?.areOf(cookie) === true) return lastRight;
  for (const [name, isRight] of ATTRIBUTES) {
    const value: unknown = Reflect.get(cookie, name);
    if (value !== undefined && value !== null && !isRight(value)) return name;
  }
  const { path, domain, secure, httpOnly, sameSite, partitioned, priority }: Attributes = cookie;
  return (lastRight = new RightAttributes({
    path,
    domain,
    secure,
    httpOnly,
    sameSite,
    partitioned,
    priority,
  }));
}

/** A cookie as a record has it: what express-session's `Cookie.toJSON` tells, which takes JSON.stringify three times as long. */
export function recordOf(cookie: Cookie): CookieRecord {
  const { originalMaxAge, expires } = cookie;
  const until = expires instanceof Date ? textOf(expires) : undefined;
  const right = rightOf(cookie);
  if (typeof right !== 'string') return right.withLife(originalMaxAge ?? null, until);
  const { path, domain, secure, httpOnly, sameSite } = cookie;
  return { originalMaxAge: originalMaxAge ?? null, expires: until, path, domain, secure, httpOnly, sameSite };
}

const MILLISECONDS = '000Z';
const isoOfSecond = new SecondText((instant) => instant.toISOString().slice(0, -MILLISECONDS.length));

/** What `toISOString` gives. */
function textOf(instant: Date): string {
  return `${isoOfSecond.of(instant)}${String(1_000 + instant.getUTCMilliseconds()).slice(1)}Z`;
}

/** What JSON.stringify would write. */
export function cookieJson(cookie: CookieRecord): string {
  const { originalMaxAge, expires } = cookie;
  const isKnown = originalMaxAge === null || Number.isFinite(originalMaxAge);
  if (!isKnown || lastRight?.areOf(cookie) !== true) return JSON.stringify(cookie);
  const until = expires === undefined ? '' : `,"expires":${JSON.stringify(expires)}`;
  return `{"originalMaxAge":${originalMaxAge}${until}${lastRight.json}}`;
}

const isDate = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value));

const isBoolean = (value: unknown): boolean => typeof value === 'boolean';

const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

/** No semicolon, which would begin another attribute, and nothing that the package `cookie` refuses to write. */
const PATH = /^[\x20-\x3a\x3d-\x7e]*$/;
const DOMAIN = /^\.?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const isSameSite = isText(/^(lax|strict|none)$/i);

const COOKIE_ATTRIBUTES: Readonly<Record<string, (value: unknown) => boolean>> = {
  path: isText(PATH),
  domain: isText(DOMAIN),
  secure: (value) => isBoolean(value) || value === 'auto',
  httpOnly: isBoolean,
  sameSite: (value) => isBoolean(value) || isSameSite(value),
  partitioned: isBoolean,
  priority: isText(/^(low|medium|high)$/i),
};

/** Once for all, because every record's are looked at. */
const ATTRIBUTES = Object.entries(COOKIE_ATTRIBUTES);
