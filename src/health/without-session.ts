import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Takes the cookies off a request for /health, before SessionModule sees it: a browser that looks there would otherwise have Redis asked
 * for its session, and get no answer to what Redis is like while it is away.
 */
export function withoutSession(request: IncomingMessage, _response: ServerResponse, next: () => void): void {
  delete request.headers.cookie;
  next();
}
