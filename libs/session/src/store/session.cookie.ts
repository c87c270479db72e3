import expressSession, { type Cookie } from 'express-session';
import { days, type Milliseconds } from '../common/index.js';
import { parseFields } from './session.fields.js';
import type { SessionMeta, SessionPolicy } from './session.record.js';

/** express-session's `Cookie`; its types leave out that the constructor takes attributes. */
export const SessionCookie = expressSession.Cookie as new (attributes?: object) => Cookie;

/** Browsers keep no cookie longer than this (RFC 6265bis, section 5.5). */
const COOKIE_CAP: Milliseconds = days(400);

/** Setting `maxAge` computes with the clock twice; a difference this small is nobody's wish. */
const JITTER: Milliseconds = 2;

/** A `Cookie` of what is given as one: itself, or its attributes with `expires` perhaps as text, as a store keeps them. */
export function cookieFrom(given: Cookie): Cookie {
  const isCookie: boolean = given instanceof SessionCookie;
  if (isCookie) return given;
  const { expires, originalMaxAge, ...attributes } = given;
  const cookie = new SessionCookie(attributes);
  if (expires) cookie.expires = new Date(expires);
  // Setting `expires` has just set this to the time left.
  if (typeof originalMaxAge === 'number') cookie.originalMaxAge = originalMaxAge;
  return cookie;
}

/** When a session ends: the earlier of idle and absolute deadline, in milliseconds since 1970. */
export function deadlineOf(meta: SessionMeta): number {
  return Math.min(meta.lastActiveAt + meta.policy.idle, meta.createdAt + meta.policy.absolute);
}

/** Until when a session is listed as its user's: longer than it lives, so that not every move of its deadline has to move the entry. */
export function listedUntilOf(meta: SessionMeta): number {
  return deadlineOf(meta) + meta.policy.idle / 10;
}

/**
 * How much time has to pass until activity is noted: a tenth of the idle timeout. Of a session that outlives its user's attention,
 * a tenth of the time after which its login stops being fresh.
 */
export function activityStepOf({ idle, fresh }: SessionPolicy): Milliseconds {
  return Math.min(idle, fresh?.idle ?? idle) / 10;
}

/** The attributes that the application may change, as text to compare. */
export function attributesOf(cookie: Cookie): string {
  const { originalMaxAge, path, domain, secure, httpOnly, sameSite } = cookie;
  return JSON.stringify({ originalMaxAge, path, domain, secure, httpOnly, sameSite });
}

/**
 * What the application asked for by setting `cookie.maxAge` or `cookie.expires`: a number is an idle timeout of the
 * session's own and a cookie that outlives the browser, nothing is a cookie that does not.
 *
 * @returns the policy as it was, if it did not ask for anything
 */
export function askedPolicy(cookie: Cookie, before: string, policy: SessionPolicy): SessionPolicy {
  const { originalMaxAge: earlier } = parseFields(before);
  const asked = cookie.originalMaxAge ?? null;
  if (typeof asked !== 'number')
    return typeof earlier === 'number' ? { ...policy, persistent: false } : policy;
  if (typeof earlier === 'number' && Math.abs(asked - earlier) <= JITTER) return policy;
  return { ...policy, idle: asked, persistent: true };
}

/** A cookie with the same attributes. */
export function copyOf(cookie: Cookie): Cookie {
  return Object.assign(new SessionCookie(), cookie);
}

/** Gives the cookie the session's own deadline: one deadline for Redis and for the browser. */
export function syncCookie(cookie: Cookie, meta: SessionMeta, now: number): void {
  cookie.expires = meta.policy.persistent
    ? new Date(Math.min(deadlineOf(meta), now + COOKIE_CAP))
    : undefined;
  // Setting `expires` has just set this to the time left, which is not what the session may use.
  cookie.originalMaxAge = meta.policy.persistent ? meta.policy.idle : null;
}
