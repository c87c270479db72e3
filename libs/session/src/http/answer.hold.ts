import type { ServerResponse } from 'node:http';
import { HttpException, HttpStatus, Logger } from '@nestjs/common';
import { RETRY_AFTER_SECONDS } from '../common/index.js';
import type { RequestSession } from './request-session.js';

/** Headers that describe the answer which is not sent after all. */
const OF_THE_BODY =
  /^(content-|transfer-encoding|etag|last-modified|location|set-cookie|cache-control|expires|link)/i;

/**
 * Holds back the answer until the session is saved, wherever the answer comes from: a handler, `@Res()`, a filter, other
 * middleware, a 404.
 *
 * headers not out yet: hold `end` (and a `writeHead` just before it, as Fastify does), save, then let go; 503 if that fails
 * headers out already: save, and cut the connection if that fails, so that nobody takes half an answer for a whole one
 */
export function holdAnswer(response: ServerResponse, session: RequestSession): void {
  const { writeHead, write, end, flushHeaders } = response;
  let heldHead: Parameters<typeof writeHead> | undefined;
  let isHeld = false;
  // Node's own methods call each other (`end` calls `writeHead`); those calls go straight through.
  let isInside = false;

  const through = <T>(call: () => T): T => {
    isInside = true;
    try {
      return call();
    } finally {
      isInside = false;
    }
  };
  const headNow = (args: unknown[]): void => {
    addCookies(response, cookiesOf(session), args);
    through(() => Reflect.apply(writeHead, response, args));
  };
  const releaseHead = (): void => {
    if (heldHead !== undefined) {
      const args = heldHead;
      heldHead = undefined;
      headNow(args);
    } else if (!response.headersSent) {
      addCookies(response, cookiesOf(session), []);
    }
  };
  // The headers leave before the end: what changed so far is saved at once, and the cookie goes with them.
  const startEarly = (): void => {
    const isFirst = heldHead !== undefined || !response.headersSent;
    if (!isFirst || isInside) return;
    const isChanged = session.isChanged();
    releaseHead();
    if (isChanged) session.commit().catch((error: unknown) => refuse(response, error));
  };

  response.writeHead = function (this: ServerResponse, ...args: unknown[]) {
    if (isInside) return Reflect.apply(writeHead, response, args) as ServerResponse;
    if (session.hasWork()) heldHead = args as Parameters<typeof writeHead>;
    else headNow(args);
    return response;
  };
  response.write = function (...args: unknown[]) {
    startEarly();
    return through(() => Reflect.apply(write, response, args) as boolean);
  };
  response.flushHeaders = function () {
    startEarly();
    through(() => flushHeaders.call(response));
  };
  response.end = function (...args: unknown[]) {
    if (isHeld || isInside)
      return isInside ? (Reflect.apply(end, response, args) as ServerResponse) : response;
    const letGo = (): void => {
      releaseHead();
      through(() => Reflect.apply(end, response, args));
    };
    if (!session.hasWork()) {
      letGo();
      return response;
    }
    isHeld = true;
    claimSent(response, true);
    session
      .commit()
      .finally(() => claimSent(response, false))
      .then(letGo)
      .catch((error: unknown) => {
        heldHead = undefined;
        refuse(response, error, (body) => through(() => end.call(response, body, 'utf8')));
      });
    return response;
  } as typeof end;
}

/** To everybody else an answer that is held is on its way: what comes after it, such as a filter, must not change it. */
function claimSent(response: ServerResponse, isSent: boolean): void {
  for (const name of ['headersSent', 'writableEnded'] as const) {
    if (isSent) Object.defineProperty(response, name, { configurable: true, get: () => true });
    else Reflect.deleteProperty(response, name);
  }
}

/** The cookies of the answer. What cannot be written is left out, because an answer on its way must not get stuck. */
function cookiesOf(session: RequestSession): string[] {
  try {
    return session.cookiesForAnswer();
  } catch (error) {
    new Logger('SessionModule').error(error);
    return [];
  }
}

function addCookies(response: ServerResponse, cookies: string[], headArgs: unknown[]): void {
  if (cookies.length === 0) return;
  const headers = headArgs.at(-1);
  const given = isHeaders(headers)
    ? Object.keys(headers).find((name) => name.toLowerCase() === 'set-cookie')
    : undefined;
  if (isHeaders(headers) && given !== undefined) {
    // Headers given to `writeHead` replace those set before, so the cookies have to stand among them.
    headArgs[headArgs.length - 1] = { ...headers, [given]: [headers[given], cookies].flat() };
  } else {
    response.appendHeader('Set-Cookie', cookies);
  }
  // An answer with an id in it belongs to one browser; the application may have said so itself (OWASP).
  if (!response.hasHeader('Cache-Control') && !(isHeaders(headers) && 'cache-control' in headers)) {
    response.setHeader('Cache-Control', 'no-store');
  }
}

const isHeaders = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Answers with the refusal in place of what was held back, or cuts the connection if the headers are out. */
function refuse(response: ServerResponse, error: unknown, end?: (body: string) => void): void {
  const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
  if (!(error instanceof HttpException)) new Logger('SessionModule').error(error);
  if (response.headersSent || end === undefined) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) if (OF_THE_BODY.test(name)) response.removeHeader(name);
  const body = JSON.stringify(
    error instanceof HttpException
      ? error.getResponse()
      : { statusCode: status, message: 'Internal server error' },
  );
  response.statusCode = status;
  response.statusMessage = '';
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.setHeader('Cache-Control', 'no-store');
  if (status === HttpStatus.SERVICE_UNAVAILABLE) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  end(body);
}
