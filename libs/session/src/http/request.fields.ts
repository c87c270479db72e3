import { IncomingMessage } from 'node:http';
import { putOwn } from '../common/index.js';
import { type CurrentSession, type TrackedSession, trackedOf } from '../store/index.js';
import type { AnswerHold } from './answer.hold.js';

/** What a request's `session` and `sessionID` are, where the request has no such fields of its own. */
export abstract class RequestFields {
  /** Whether there is a session: a new one is made once somebody asks for it. */
  protected isAskedFor = true;
  private kept: CurrentSession | undefined;
  private keptId: string | undefined;
  /** The session that was asked about last, and what is known of it. */
  private known: CurrentSession | undefined;
  private state: TrackedSession | undefined;

  constructor(
    request: object,
    readonly store: unknown,
  ) {
    RequestWithFields.give(request, this);
  }

  /** Makes a new, empty session. */
  abstract renew(): void;

  /** Holds back the answer; `undefined` where nothing does. */
  abstract get hold(): AnswerHold | undefined;

  /** Whether the answer may leave as if there were no session: nobody has asked for one, and no cookie is to be set. */
  abstract get isIdle(): boolean;

  /**
   * What {@link trackedOf} says of a session, looked up once: sessions with other data are other kinds of objects to the engine, and to look
   * into many kinds is slow.
   */
  stateOf(session: CurrentSession | undefined): TrackedSession | undefined {
    if (!session) return undefined;
    if (session === this.known) return this.state;
    const state = trackedOf(session);
    // One that is not known yet may be later.
    if (state === undefined) return undefined;
    this.known = session;
    this.state = state;
    return state;
  }

  get session(): CurrentSession | undefined {
    if (!this.isAskedFor) this.renew();
    return this.kept;
  }

  set session(session: CurrentSession | undefined) {
    if (!this.isAskedFor) this.renew();
    this.kept = session;
  }

  get sessionID(): string | undefined {
    if (!this.isAskedFor) this.renew();
    return this.keptId ?? this.kept?.id;
  }

  set sessionID(id: string | undefined) {
    if (!this.isAskedFor) this.renew();
    this.keptId = id;
  }
}

/** Those of requests that are of another class. */
const ofOthers = new WeakMap<object, RequestFields>();

/**
 * A request that is made with a place for its {@link RequestFields}. Not added later: Express changes the prototype of each request, and
 * whatever is added afterwards slows all that is done with it. A WeakMap does, but while it is filled with each request, the engine takes
 * all that are in it for living at each collection of young garbage, and copies them.
 */
export class RequestWithFields extends IncomingMessage {
  #fields: RequestFields | undefined;

  static give(request: object, fields: RequestFields): void {
    if (#fields in request) request.#fields = fields;
    else ofOthers.set(request, fields);
  }

  static of(request: object): RequestFields | undefined {
    return #fields in request ? request.#fields : ofOthers.get(request);
  }
}

/** `undefined` where the load did not run. */
export function requestFieldsOf(request: object): RequestFields | undefined {
  return RequestWithFields.of(request);
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

const SESSION = field(
  'session',
  (fields) => fields.session,
  (fields, value) => (fields.session = value),
);
const SESSION_ID = field(
  'sessionID',
  (fields) => fields.sessionID,
  (fields, value) => (fields.sessionID = value),
);
const STORE = field('sessionStore', (fields) => fields.store);

/** @param put where it is absent, what is put in its place is the request's own */
function field<T>(
  name: string,
  of: (fields: RequestFields) => T,
  put?: (fields: RequestFields, value: T) => unknown,
): PropertyDescriptor {
  return {
    configurable: true,
    enumerable: true,
    get(this: object) {
      const fields = fieldsFor(this);
      return fields === undefined ? undefined : of(fields);
    },
    set(this: object, value: T) {
      const fields = fieldsFor(this);
      if (fields !== undefined && put !== undefined) put(fields, value);
      // Somebody else's, of a request that this library has not seen.
      else putOwn(this, name, value);
    },
  };
}

/** Those of a request, or of one that it inherits from. */
function fieldsFor(request: object): RequestFields | undefined {
  const fields = requestFieldsOf(request);
  if (fields !== undefined) return fields;
  const parent: unknown = Object.getPrototypeOf(request);
  return typeof parent === 'object' && parent !== null ? fieldsFor(parent) : undefined;
}
