import type { IncomingMessage } from 'node:http';

/** By then a proxy, if there is one, has passed on something. */
const MOST_REQUESTS = 1_000;

/** The part of Node's HTTP server that is used here. */
interface RequestSource {
  on(event: 'request', listener: (request: IncomingMessage) => void): unknown;
  off(event: 'request', listener: (request: IncomingMessage) => void): unknown;
}

/** Whether a value sends out requests, as the server of every adapter of Nest does. */
export function isRequestSource(value: unknown): value is RequestSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'on') === 'function' &&
    typeof Reflect.get(value, 'off') === 'function'
  );
}

/**
 * Looks at the first requests of a server until `look` has seen enough. A listener of the server and not middleware, so that afterwards
 * nothing is left of it on the way of a request.
 *
 * @param look returns whether it has seen enough
 * @returns ends it early
 */
export function watchFirstRequests(
  server: RequestSource,
  look: (request: IncomingMessage) => boolean,
): () => void {
  let seen = 0;
  const stop = (): void => void server.off('request', listener);
  const listener = (request: IncomingMessage): void => {
    if (look(request) || ++seen >= MOST_REQUESTS) stop();
  };
  server.on('request', listener);
  return stop;
}
