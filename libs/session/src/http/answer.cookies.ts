import type { ServerResponse } from 'node:http';

/** An answer with an id in it belongs to one browser; the application may have said so itself (OWASP). */
const OF_ONE_BROWSER = 'no-store';

/**
 * Has an answer set cookies, beside those that it sets already.
 *
 * @param headArgs what `writeHead` is called with, which is changed. Headers among it replace those that were set before, so that the cookies
 *   have to stand there too; and Node writes them as they are where none were set, which saves most of what a Set-Cookie costs
 */
export function addCookies(response: ServerResponse, cookies: string[], headArgs: unknown[]): void {
  if (cookies.length === 0) return;
  const last = headArgs.length - 1;
  const headers = headArgs[last];
  if (Array.isArray(headers)) headArgs[last] = listWithCookies(response, cookies, headers);
  else if (isHeaders(headers)) headArgs[last] = withCookies(response, cookies, headers);
  else {
    response.appendHeader('Set-Cookie', cookies);
    if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', OF_ONE_BROWSER);
  }
}

/** Headers by name. */
function withCookies(
  response: ServerResponse,
  cookies: string[],
  headers: Record<string, unknown>,
): Record<string, unknown> {
  // Filled, because what the engine copies with `...` is slow to add to.
  const all: Record<string, unknown> = {};
  let cookieName = 'set-cookie';
  let isKept = response.hasHeader('Cache-Control');
  for (const name of Object.keys(headers)) {
    all[name] = headers[name];
    const lower = name.toLowerCase();
    if (lower === 'set-cookie') cookieName = name;
    else if (lower === 'cache-control') isKept = true;
  }
  all[cookieName] = joined(headers[cookieName] ?? response.getHeader('Set-Cookie'), cookies);
  if (!isKept) all['cache-control'] = OF_ONE_BROWSER;
  return all;
}

/** Names and values in turns, or pairs of them. */
function listWithCookies(response: ServerResponse, cookies: string[], headers: unknown[]): unknown[] {
  const list: unknown[] = Array.isArray(headers[0]) ? headers.flat() : headers;
  const all: unknown[] = [];
  const given: unknown[] = [];
  let isKept = response.hasHeader('Cache-Control');
  for (let at = 0; at < list.length; at += 2) {
    const name = String(list[at]).toLowerCase();
    if (name === 'set-cookie') given.push(list[at + 1]);
    else all.push(list[at], list[at + 1]);
    if (name === 'cache-control') isKept = true;
  }
  all.push('Set-Cookie', joined(given.length > 0 ? given.flat() : response.getHeader('Set-Cookie'), cookies));
  if (!isKept) all.push('Cache-Control', OF_ONE_BROWSER);
  return all;
}

const joined = (given: unknown, cookies: string[]): unknown[] =>
  given === undefined ? cookies : [given, cookies].flat();

const isHeaders = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
