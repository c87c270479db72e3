import expressSession, { type Cookie } from 'express-session';
import { days, type Milliseconds } from '../common/index.js';
import { hasSameAttributes } from './record.cookie.js';
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

/** What a cookie says beside its life. */
export type CookieAttributes = Partial<Omit<CookieFacts, 'expires' | 'originalMaxAge'>>;

/** A `Cookie` with attributes, as those of a stored one, but for its life, which {@link syncCookie} gives it. */
export function cookieOf(attributes: CookieAttributes): Cookie {
  const cookie: Cookie & Pick<CookieFacts, 'partitioned' | 'priority'> = new SessionCookie();
  // One by one: `new SessionCookie(attributes)` goes over them by name.
  const { path, domain, secure, httpOnly, sameSite, partitioned, priority } = attributes;
  if (path !== undefined) cookie.path = path;
  if (domain !== undefined) cookie.domain = domain;
  if (secure !== undefined) cookie.secure = secure;
  if (httpOnly !== undefined) cookie.httpOnly = httpOnly;
  if (sameSite !== undefined) cookie.sameSite = sameSite;
  if (partitioned !== undefined) cookie.partitioned = partitioned;
  if (priority !== undefined) cookie.priority = priority;
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

/** What a cookie said at one moment. */
export interface CookieFacts extends Pick<
  Cookie,
  'originalMaxAge' | 'expires' | 'path' | 'domain' | 'secure' | 'httpOnly' | 'sameSite'
> {
  // The types of express-session know them as options only.
  partitioned?: unknown;
  priority?: unknown;
}

class Facts implements CookieFacts {
  readonly originalMaxAge: CookieFacts['originalMaxAge'];
  readonly expires: CookieFacts['expires'];
  readonly path: CookieFacts['path'];
  readonly domain: CookieFacts['domain'];
  readonly secure: CookieFacts['secure'];
  readonly httpOnly: CookieFacts['httpOnly'];
  readonly sameSite: CookieFacts['sameSite'];
  readonly partitioned: unknown;
  readonly priority: unknown;

  constructor(cookie: CookieFacts) {
    this.originalMaxAge = cookie.originalMaxAge;
    this.expires = cookie.expires;
    this.path = cookie.path;
    this.domain = cookie.domain;
    this.secure = cookie.secure;
    this.httpOnly = cookie.httpOnly;
    this.sameSite = cookie.sameSite;
    this.partitioned = cookie.partitioned;
    this.priority = cookie.priority;
  }
}

export function factsOf(cookie: CookieFacts): CookieFacts {
  return new Facts(cookie);
}

/** Whether the application has changed nothing of a cookie. */
export function isAsAsked(cookie: CookieFacts, before: CookieFacts): boolean {
  return cookie.originalMaxAge === before.originalMaxAge && hasSameAttributes(cookie, before);
}

/** Whether a browser would be told the same of it. */
export function isAsSent(cookie: CookieFacts, before: CookieFacts): boolean {
  return instantOf(cookie) === instantOf(before) && hasSameAttributes(cookie, before);
}

const instantOf = ({ expires }: CookieFacts): number | null | undefined | false =>
  expires instanceof Date ? expires.getTime() : expires;

/**
 * What the application asked for by setting `cookie.maxAge` or `cookie.expires`: a number is an idle timeout of the
 * session's own and a cookie that outlives the browser, nothing is a cookie that does not.
 *
 * @param earlier `originalMaxAge` as it was
 * @returns the policy as it was, if it did not ask for anything
 */
export function askedPolicy(
  cookie: Cookie,
  earlier: Milliseconds | null | undefined,
  policy: SessionPolicy,
): SessionPolicy {
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
export function syncCookie(cookie: Cookie, meta: SessionMeta): void {
  // Counted from the last activity, because to ask for the time takes longer than all of this.
  cookie.expires = meta.policy.persistent
    ? new Date(Math.min(deadlineOf(meta), meta.lastActiveAt + COOKIE_CAP))
    : undefined;
  // Setting `expires` has just set this to the time left, which is not what the session may use.
  cookie.originalMaxAge = meta.policy.persistent ? meta.policy.idle : null;
}
