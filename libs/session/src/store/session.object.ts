// oxlint-disable typescript/no-unsafe-type-assertion -- prototypes have no types
import expressSession from 'express-session';
import { putOwn } from '../common/index.js';
import type { CurrentSession, SessionCarrier } from './session.carrier.js';
import { trackedOf } from './tracked.session.js';

type OwnSession = CurrentSession & { readonly req: SessionCarrier };

const inherited = expressSession.Session.prototype as OwnSession;

/** express-session's methods. */
const methods = Object.create(inherited, {
  destroy: {
    configurable: true,
    writable: true,
    value(this: OwnSession, callback: (error: unknown) => void): OwnSession {
      const { req, id } = this;
      inherited.destroy.call(this, callback);
      // express-session deletes the field of the request. Where all requests share one, that has no effect.
      if ('session' in req) {
        req.session = undefined;
        req.sessionID = id;
      }
      return this;
    },
  },
}) as OwnSession;

/** express-session's own object, without data and a cookie. */
export function newSession(request: SessionCarrier, id: string): CurrentSession {
  const session = Object.create(methods) as OwnSession;
  Object.defineProperty(session, 'req', { value: request });
  Object.defineProperty(session, 'id', { value: id });
  return session;
}

/** With an id that is made once somebody asks for it. The same accessor for all: with one of its own, each would be of a kind of its own. */
const methodsOnDemand = Object.create(methods, {
  id: {
    configurable: true,
    get(this: OwnSession): string {
      return trackedOf(this)?.sid.text ?? '';
    },
  },
}) as OwnSession;

/** The same with an id that is made once somebody asks for it, and put on the request. */
export function newSessionOnDemand(request: SessionCarrier): CurrentSession {
  const session = Object.create(methodsOnDemand) as OwnSession;
  Object.defineProperty(session, 'req', { value: request });
  // Where all requests share the field, it is that of the session.
  if ('sessionID' in request && !Object.hasOwn(request, 'sessionID')) request.sessionID = undefined;
  else
    Object.defineProperty(request, 'sessionID', {
      configurable: true,
      enumerable: true,
      get: () => session.id,
      set(value: unknown) {
        putOwn(request, 'sessionID', value);
      },
    });
  request.session = session;
  return session;
}
