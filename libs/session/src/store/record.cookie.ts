import type { Cookie } from 'express-session';
import type { Milliseconds } from '../common/index.js';
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

/** Takes the attributes that are known, and only if they can be what they say: they end up in a header. */
export function checkCookie(value: unknown): CookieRecord {
  if (!isFields(value)) throw new UnreadableRecordError('no cookie in it');
  const { originalMaxAge = null, expires } = value;
  if (originalMaxAge !== null && !isDuration(originalMaxAge))
    throw new UnreadableRecordError('wrong originalMaxAge');
  if (expires !== undefined && expires !== null && !isDate(expires))
    throw new UnreadableRecordError('wrong cookie expiry');
  const cookie: CookieRecord & Fields = { originalMaxAge, expires };
  const wrong = wrongAttributeOf(value);
  if (wrong !== undefined) throw new UnreadableRecordError(`wrong cookie ${wrong}`);
  for (const [name] of ATTRIBUTES) {
    if (value[name] !== undefined && value[name] !== null) cookie[name] = value[name];
  }
  return cookie;
}

/** The name of an attribute that could not stand in a Set-Cookie header; `undefined` if all could. */
export function wrongAttributeOf(cookie: object): string | undefined {
  for (const [name, isRight] of ATTRIBUTES) {
    const value: unknown = Reflect.get(cookie, name);
    if (value !== undefined && value !== null && !isRight(value)) return name;
  }
  return undefined;
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
