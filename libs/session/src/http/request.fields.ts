import { requestSessionOf, type RequestSession } from './request-session.js';
import type { SessionRequest } from './session.request.js';

type Name = 'session' | 'sessionID' | 'sessionStore';

/**
 * Puts `session`, `sessionID` and `sessionStore` on the prototype of all requests, where there is one of the application's own, instead of on
 * each of them: Express changes the prototype of each, and whatever is added afterwards slows all that is done with it.
 */
export function shareFields(shared: object): void {
  field(
    shared,
    'session',
    (session) => session.session,
    (session, value) => (session.session = value as never),
  );
  field(
    shared,
    'sessionID',
    (session) => session.sessionID,
    (session, value) => (session.sessionID = value as never),
  );
  field(shared, 'sessionStore', (session) => session.store);
}

function field(
  shared: object,
  name: Name,
  get: (of: RequestSession) => unknown,
  set?: (of: RequestSession, value: unknown) => void,
): void {
  Object.defineProperty(shared, name, {
    configurable: true,
    enumerable: true,
    get(this: SessionRequest) {
      const session = requestSessionOf(this);
      return session && get(session);
    },
    set(this: SessionRequest, value: unknown) {
      const session = requestSessionOf(this);
      // Somebody else's, of a request that this library has not seen.
      if (session === undefined || set === undefined)
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
      else set(session, value);
    },
  });
}
