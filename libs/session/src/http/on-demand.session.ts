import type { SessionRequest } from './session.request.js';

/** What a session brings along on its request. */
const FIELDS = ['session', 'sessionID'] as const;

/**
 * Makes a request's session once somebody asks for it: most who come without a cookie want a page or a picture, and an id and its secrets
 * cost more than all else that is done for them.
 *
 * @param make puts the session on the request
 */
export function onDemand(request: SessionRequest, make: () => void): void {
  const arrive = (): void => {
    for (const name of FIELDS) Reflect.deleteProperty(request, name);
    make();
  };
  for (const name of FIELDS) {
    Object.defineProperty(request, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        arrive();
        return request[name];
      },
      set: (value: never) => {
        arrive();
        request[name] = value;
      },
    });
  }
}
