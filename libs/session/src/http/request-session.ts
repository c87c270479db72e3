import type { ServerResponse } from 'node:http';
import { RETRY_AFTER_SECONDS, SessionError, SessionStoreUnavailableException } from '../common/index.js';
import {
  type CookieFacts,
  type CurrentSession,
  type OpenedSession,
  type Sid,
  type RedisSessionStore,
} from '../store/index.js';
import { AnswerHold, type AnswerMethods, type SessionWork } from './answer.hold.js';
import { RequestFields, requestFieldsOf, shareFields } from './request.fields.js';
import { refusalOf, replaced, unsaved } from './request.refusals.js';
import { absenceOf, type SessionAbsence } from './session.absence.js';
import { cookieForAnswer } from './session-cookie.answer.js';
import type { SessionCookies } from './session.cookies.js';
import { type SessionPassage, usedSession } from './session.passage.js';
import type { SessionRequest } from './session.request.js';

const NO_COOKIES: string[] = [];

/** What is done with the session of one request; `undefined` where the load middleware did not run. */
export function requestSessionOf(request: SessionRequest): RequestSession | undefined {
  const fields = requestFieldsOf(request);
  return fields instanceof RequestSession ? fields : undefined;
}

/**
 * The session of one request from its entrance (load) to its exit (save and cookie). Nothing else touches the cookie or
 * the store on behalf of a request.
 */
export class RequestSession extends RequestFields {
  /** Why nothing more is saved and no cookie is written: the answer is a refusal. */
  private failure: unknown;
  /** The id that came with the request, in a cookie that was signed here. */
  private presentedId: string | undefined;
  came: OpenedSession | undefined;
  cookieAtLoad: CookieFacts | undefined;
  /** Whether the route does not count as activity. */
  private isPassive: boolean;
  private further: string[] | undefined;
  private held: AnswerHold | undefined;
  /** What the answer left by before; `undefined` where it is not held back. */
  leaveBy: AnswerMethods | undefined;
  /** Whether an exit has dealt with the activity of this request: it is counted, or was not due. */
  private isNoted = false;

  constructor(
    private readonly request: SessionRequest,
    readonly response: ServerResponse,
    override readonly store: RedisSessionStore,
    readonly cookies: SessionCookies,
    /** Whether requests have no fields of their own, see {@link shareFields}. */
    private isShared = false,
  ) {
    super(request, store);
    this.isPassive = store.keeper.isReader;
    if (!isShared) request.sessionStore = store;
  }

  /** Puts the session on the request: the one of its cookie, or a new and empty one. `undefined` if nothing is to wait for. */
  load(): Promise<void> | undefined {
    const sid = this.cookies.read(this.request.headers.cookie);
    this.presentedId = sid?.text;
    if (sid === undefined) {
      this.isAskedFor = false;
      // Most who come without a cookie want a page or a picture: their session is made once somebody asks for it.
      if (!this.isShared) shareFields(this.request);
      this.isShared = true;
      return undefined;
    }
    const near = this.store.keeper.openNear(sid);
    if (near === undefined) return this.find(sid);
    this.take(near);
    return undefined;
  }

  /**
   * Makes sure of a session that was loaded without asking Redis: for what should not wait until a change elsewhere is heard of.
   *
   * @throws SessionStoreUnavailableException
   */
  async confirm(): Promise<void> {
    const session = this.current;
    if (session) await this.calling(() => this.store.keeper.confirm(session));
  }

  /** Made once there is something to hold back for: most who come without a cookie get a page or a picture. */
  override get hold(): AnswerHold | undefined {
    const { leaveBy } = this;
    return (this.held ??= leaveBy && new AnswerHold(this.response, this, leaveBy));
  }

  override get isIdle(): boolean {
    return !this.isAskedFor && this.further === undefined;
  }

  /** Gives the request a new, empty session. */
  renew(): CurrentSession {
    this.isAskedFor = true;
    return this.store.begin(this.request);
  }

  /** The session, unless nobody has asked for it yet. */
  get current(): CurrentSession | undefined {
    return this.isAskedFor ? (this.isShared ? this : this.request).session : undefined;
  }

  /** Whether something is to be saved. Data that cannot be saved counts: the save will say what is wrong with it. */
  isChanged(): boolean {
    const session = this.current;
    if (!session || this.failure !== undefined) return false;
    const state = this.stateOf(session);
    try {
      // Or something else took the place of the session: the save will say so.
      return state === undefined || this.store.keeper.isChanged(session, state);
    } catch {
      return true;
    }
  }

  /**
   * Saves what changed. Otherwise notes the activity, unless the route is a passive one; that is a round trip once per 10 % of the
   * idle timeout, waited for because the cookie moves with it.
   *
   * @throws HttpException 503 if it is not certain that it was saved, 401 if the session ended meanwhile, 413 if it is too large;
   *   SessionError, a 500, if the application put something on the session that cannot be stored
   * @param work what {@link work} has found at this moment
   */
  async commit(work?: SessionWork): Promise<void> {
    const session = this.current;
    // express-session's meaning of an unset session: this request goes on without, the stored one stays.
    if (!session || this.failure !== undefined) return;
    try {
      const state = this.stateOf(session);
      if (state === undefined) throw replaced();
      state.isPassive = this.isPassive;
      if (this.store.keeper.isReader && this.isChanged()) throw unsaved();
      const outcome = await this.store.keeper.save(session, { isSeenChanged: work === 'change' });
      if (outcome === 'unchanged') await this.noteActivity(session);
      this.isNoted = true;
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** What the answer has to wait for {@link commit} for. */
  work(): SessionWork | undefined {
    if (this.isChanged()) return 'change';
    if (!this.mayNote() || this.failure !== undefined) return undefined;
    const state = this.stateOf(this.current);
    // What was not due at one exit is not asked about at the next. Whatever is due is, because the session may end in between.
    this.isNoted = state !== undefined && !this.store.keeper.isTouchDue(state);
    return state !== undefined && !this.isNoted ? 'activity' : undefined;
  }

  /** Says that this request does not count as activity. */
  setPassive(): void {
    this.isPassive = true;
    const state = this.stateOf(this.current);
    // For what the handler saves by itself.
    if (state !== undefined) state.isPassive = true;
  }

  /** What the request has done so far; all of it, once its answer is out. */
  get passage(): SessionPassage {
    return {
      came: this.came && { handle: this.came.sid.handle, createdAt: this.came.meta.createdAt },
      left: usedSession(this.current),
      isPassive: this.isPassive,
    };
  }

  private mayNote(): boolean {
    return !this.isNoted && !this.isPassive;
  }

  /** Moves the idle timeout. If that fails, it is left to the next request. */
  private async noteActivity(session: CurrentSession): Promise<void> {
    const state = this.stateOf(session);
    if (state !== undefined && this.mayNote())
      await this.store.keeper.touch(session, state).catch(() => undefined);
  }

  /** Calls the store on behalf of the request: what it throws becomes what the client is told, and nothing more is written. */
  async calling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof SessionError ? this.fail(error) : error;
    }
  }

  /** Turns an error of the store into what the client is told, and stops everything else for this request. */
  fail(error: unknown): unknown {
    this.failure = refusalOf(error);
    if (this.failure instanceof SessionStoreUnavailableException && !this.response.headersSent)
      this.response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
    return this.failure;
  }

  /** Lets the answer set another cookie beside the session's, unless it turns out to be a refusal because of the session. */
  addCookie(line: string): void {
    (this.further ??= []).push(line);
  }

  /** The `Set-Cookie` values that the answer needs. Asked once, when the headers leave. */
  cookiesForAnswer(): string[] {
    if (this.failure !== undefined) return NO_COOKIES;
    const own = cookieForAnswer(this);
    const { further = NO_COOKIES } = this;
    return own === undefined ? further : [own, ...further];
  }

  /** Why nobody is logged in with this request. @throws SessionStoreUnavailableException */
  async absence(): Promise<SessionAbsence> {
    if (this.stateOf(this.current)?.ended === true) return 'ended';
    if (this.presentedId === undefined || this.isLoadedOne()) return 'none';
    try {
      return await absenceOf(this.store, this.presentedId);
    } catch (error) {
      throw this.fail(error);
    }
  }

  private async find(sid: Sid): Promise<void> {
    try {
      // An id that is unknown, ended, expired or unreadable is never adopted.
      const opened = await this.store.keeper.open(sid);
      if (opened === undefined) this.renew();
      else this.take(opened);
    } catch (error) {
      throw this.fail(error);
    }
  }

  private take(opened: OpenedSession): void {
    const session = this.store.give(this.request, opened, this.isShared ? this : this.request);
    this.came = opened;
    this.cookieAtLoad = this.stateOf(session)?.cookie;
  }

  isLoadedOne(): boolean {
    const { current: session, came } = this;
    return !!session && session.id === came?.sid.text && this.stateOf(session)?.ended !== true;
  }
}
