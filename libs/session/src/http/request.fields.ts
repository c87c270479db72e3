import { putOwn } from '../common/index.js';
import type { CurrentSession, SessionCarrier } from '../store/index.js';
import type { AnswerHold } from './answer.hold.js';

/** What a request's `session` and `sessionID` are, where the request has no such fields of its own. */
export abstract class RequestFields {
  /** Holds back the answer. */
  hold: AnswerHold | undefined;
  /** Whether there is a session: a new one is made once somebody asks for it. */
  protected isAskedFor = true;
  protected readonly shared: SessionCarrier = { session: undefined, sessionID: undefined };

  constructor(
    request: object,
    readonly store: unknown,
  ) {
    ofRequest.set(request, this);
  }

  /** Makes a new, empty session. */
  abstract renew(): void;

  get session(): CurrentSession | undefined {
    if (!this.isAskedFor) this.renew();
    return this.shared.session;
  }

  set session(session: CurrentSession | undefined) {
    if (!this.isAskedFor) this.renew();
    this.shared.session = session;
  }

  get sessionID(): string | undefined {
    if (!this.isAskedFor) this.renew();
    return this.shared.sessionID ?? this.shared.session?.id;
  }

  set sessionID(id: string | undefined) {
    if (!this.isAskedFor) this.renew();
    this.shared.sessionID = id;
  }
}

// Not a field of the request: Express changes the prototype of each, and whatever is added afterwards slows all that is done with it.
const ofRequest = new WeakMap<object, RequestFields>();

/** `undefined` where the load did not run. */
export function requestFieldsOf(request: object): RequestFields | undefined {
  return ofRequest.get(request);
}

/**
 * Gives a request, or all with a prototype, `session` and `sessionID` that ask its {@link RequestFields}. The same functions for all: with
 * others on each, each request would be of a kind of its own to the engine, and slow.
 */
export function shareFields(target: object): void {
  Object.defineProperty(target, 'session', SESSION);
  Object.defineProperty(target, 'sessionID', SESSION_ID);
  if (!('sessionStore' in target)) Object.defineProperty(target, 'sessionStore', STORE);
}

const SESSION = field('session', 'session');
const SESSION_ID = field('sessionID', 'sessionID');
const STORE = field('sessionStore', 'store');

function field(name: string, kept: 'session' | 'sessionID' | 'store'): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: true,
    get(this: object) {
      return fieldsFor(this)?.[kept];
    },
    set(this: object, value: unknown) {
      const fields = fieldsFor(this);
      if (fields !== undefined && kept !== 'store') Reflect.set(fields, kept, value);
      // Somebody else's, of a request that this library has not seen.
      else putOwn(this, name, value);
    },
  };
}

/** Those of a request, or of one that it inherits from. */
function fieldsFor(request: object): RequestFields | undefined {
  const fields = ofRequest.get(request);
  if (fields !== undefined) return fields;
  const parent: unknown = Object.getPrototypeOf(request);
  return typeof parent === 'object' && parent !== null ? fieldsFor(parent) : undefined;
}
