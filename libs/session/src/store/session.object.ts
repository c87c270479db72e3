import expressSession from 'express-session';
import { putOwn } from '../common/index.js';
import type { CurrentSession, SessionCarrier } from './session.carrier.js';
import { Trackable, trackedOf } from './tracked.session.js';

const inherited = expressSession.Session.prototype;

/**
 * express-session's own object. What belongs to it beside its data has places from its beginning: to add hidden properties afterwards takes
 * longer than all else that is done to make one.
 */
class OwnSession extends Trackable {
  readonly #request: SessionCarrier;

  constructor(request: SessionCarrier) {
    super();
    this.#request = request;
  }

  get req(): SessionCarrier | undefined {
    return #request in this ? this.#request : undefined;
  }

  /** Of a new session it is made once somebody asks for it. */
  get id(): string {
    return trackedOf(this)?.sid.text ?? '';
  }

  destroy(callback: (error: unknown) => void): this {
    const { req, id } = this;
    inherited.destroy.call(asSession(this), callback);
    // express-session deletes the field of the request. Where all requests share one, that has no effect.
    if (req !== undefined && 'session' in req) {
      req.session = undefined;
      req.sessionID = id;
    }
    return this;
  }
}

// In all else it is express-session's, also to `instanceof` and to who prints it.
Reflect.deleteProperty(OwnSession.prototype, 'constructor');
Object.setPrototypeOf(OwnSession.prototype, inherited);

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- types do not follow a prototype that was set
const asSession = (object: OwnSession): CurrentSession => object as unknown as CurrentSession;

/** express-session's own object, without data and a cookie. */
export function newSession(request: SessionCarrier): CurrentSession {
  return asSession(new OwnSession(request));
}

/** Puts a new one on the request, with an id that is made once somebody asks for it. */
export function putNewSession(request: SessionCarrier): CurrentSession {
  const session = newSession(request);
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
