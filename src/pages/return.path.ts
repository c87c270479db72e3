import type { Request } from 'express';

/** Of a site that cannot exist: what leads away from it leads elsewhere. */
const HERE = 'http://here.invalid';
const LONGEST = 2_000;

/**
 * A path of this site to lead somebody back to, whatever the client named; otherwise the fallback. A link that leads to another site after
 * a password was typed is how passwords are fished for (open redirect, CWE-601).
 */
export function pathHere(named: unknown, fallback = '/'): string {
  if (typeof named !== 'string' || named.length > LONGEST || !named.startsWith('/')) return fallback;
  if (!URL.canParse(named, HERE)) return fallback;
  // As a browser reads it: a backslash is a slash to it, and a line break in the middle is nothing.
  const { origin, pathname, search } = new URL(named, HERE);
  // "/.//evil.example" becomes "//evil.example", which is a site.
  return origin === HERE && !pathname.startsWith('//') ? pathname + search : fallback;
}

/** The page that a request came from: the one it asks for, or the one whose form it sends. */
export function pageOf(request: Request): string {
  if (request.method === 'GET') return pathHere(request.originalUrl);
  const referer = request.get('referer');
  if (referer === undefined || !URL.canParse(referer)) return '/';
  const { host, pathname, search } = new URL(referer);
  return host === request.get('host') ? pathHere(pathname + search) : '/';
}

/** Where to log in, and come back from to a page. */
export function loginFor(page: string): string {
  const isNeedless = page === '/' || /^\/login(\?|$)/.test(page);
  return isNeedless ? '/login' : `/login?${new URLSearchParams({ to: page })}`;
}
