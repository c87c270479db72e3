import { randomBytes } from 'node:crypto';
import expressSession, { type Cookie, type SessionData, type Store } from 'express-session';
import type { Milliseconds } from '../common/index.js';

/** A store to try, empty, and how its time passes. */
export interface StoreUnderTest {
  store: Store;
  /** Moves the clock that decides what has expired. Without it the suite waits, for seconds. */
  advance?: (by: Milliseconds) => void | Promise<void>;
}

/** As much of a request as express-session's session objects use. */
export interface Carrier {
  sessionID: string;
  sessionStore: Store;
  session: expressSession.Session & Partial<SessionData> & Record<string, unknown>;
}

type Callback = (error?: unknown, value?: unknown) => void;

const Attributes = expressSession.Cookie as new (attributes?: object) => Cookie;

/** Uses a store as express-session does: with callbacks, through its session objects. */
export class StoreDriver {
  readonly store: Store;

  constructor(private readonly subject: StoreUnderTest) {
    this.store = subject.store;
    // express-session's middleware gives every store this function.
    if (!('generate' in this.store))
      Object.assign(this.store, { generate: (request: Carrier) => this.begin(request) });
  }

  get(sid: string): Promise<SessionData | undefined> {
    return promised((done) => this.store.get(sid, done)) as Promise<SessionData | undefined>;
  }

  async set(sid: string, data: object, cookie: object = {}): Promise<void> {
    await promised((done) =>
      this.store.set(sid, { cookie: new Attributes(cookie), ...data } as SessionData, done),
    );
  }

  async touch(sid: string, cookie: object = {}): Promise<void> {
    const session = { cookie: new Attributes(cookie) } as SessionData;
    // Its types leave out that it is given an error like all the others.
    await promised((done) =>
      this.store.touch === undefined ? done() : this.store.touch(sid, session, done),
    );
  }

  async destroy(sid: string): Promise<void> {
    await promised((done) => this.store.destroy(sid, done));
  }

  /** A request with a new session that holds `data` and is stored. */
  async login(data: object, cookie: object = {}): Promise<Carrier> {
    const request = { sessionStore: this.store } as Carrier;
    const { generate } = this.store as unknown as { generate: (request: Carrier) => void };
    generate.call(this.store, request);
    Object.assign(request.session, data);
    Object.assign(request.session.cookie, cookie);
    await this.save(request);
    return request;
  }

  /** Another request of the same browser; `undefined` if its session is not there any more. */
  async arrive(sid: string): Promise<Carrier | undefined> {
    const data = await this.get(sid);
    if (!data) return undefined;
    const request = { sessionID: sid, sessionStore: this.store } as Carrier;
    this.store.createSession(request as never, data);
    return request;
  }

  /** The same, where it must be there. */
  async mustArrive(sid: string): Promise<Carrier> {
    const request = await this.arrive(sid);
    if (request === undefined) throw new Error('the session is not there');
    return request;
  }

  async save({ session }: Carrier): Promise<void> {
    await promised((done) => session.save(done));
  }

  async reload({ session }: Carrier): Promise<void> {
    await promised((done) => session.reload(done));
  }

  async regenerate({ session }: Carrier): Promise<void> {
    await promised((done) => session.regenerate(done));
  }

  async end({ session }: Carrier): Promise<void> {
    await promised((done) => session.destroy(done));
  }

  /** Lets time pass, by the store's own clock if it has one that can be moved. */
  async pass(milliseconds: number): Promise<void> {
    if (this.subject.advance !== undefined) return void (await this.subject.advance(milliseconds));
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  private begin(request: Carrier): void {
    request.sessionID = randomBytes(24).toString('base64url');
    this.store.createSession(request as never, { cookie: new Attributes() } as SessionData);
  }
}

/** Calls with a callback, and fails when there is an error. */
export function promised(call: (done: Callback) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error as Error) : resolve(value)));
  });
}
