import {
  type Clock,
  type Milliseconds,
  SessionEndedError,
  type SessionEndReason,
  type SessionEvents,
  StoreUnavailableError,
} from '../common/index.js';
import type { RecordBackend } from './record.backend.js';
import type { OpenedSession } from './record.reader.js';
import type { SaveOutcome } from './save.script.js';
import { type KeeperOptions, SessionOpener } from './session.opener.js';
import { askedPolicy, attributesOf, deadlineOf, syncCookie } from './session.cookie.js';
import { dataJsonOf, dataOf, parseFields, replaceData, type SessionLike } from './session.data.js';
import type { SessionMeta } from './session.record.js';
import type { Sid } from './sid.js';
import { mergeThreeWays } from './three-way.merge.js';
import { track, type TrackedSession, trackedOf } from './tracked.session.js';

/**
 * Opens, saves and ends sessions over any backend.
 *
 * open: id -> text -> record -> does its secret fit, does it still live -> session or nothing
 * save: session -> changed? -> write over the loaded text -> on a conflict merge with the newer text and write again
 */
export class SessionKeeper {
  private readonly opener: SessionOpener;

  constructor(
    private readonly backend: RecordBackend,
    readonly options: KeeperOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.opener = new SessionOpener(backend, options, clock, events);
  }

  /** The session of an id; see {@link SessionOpener.open}. */
  open(id: string): Promise<OpenedSession | undefined> {
    return this.opener.open(id);
  }

  /** Ends a session for good; see {@link SessionOpener.end}. */
  end(id: string, reason: SessionEndReason): Promise<boolean> {
    return this.opener.end(id, reason);
  }

  /** Starts to track a session object: one that was opened, or a new one that is stored at its first save. */
  track(session: SessionLike, sid: Sid, opened?: OpenedSession): void {
    const meta = opened?.meta ?? this.opener.reader.newMeta(sid);
    this.remember(session, sid, meta, opened);
  }

  /** Tracks a session object of unknown origin, whose cookie says how long it wants to live. */
  adopt(session: SessionLike, sid: Sid, stored?: OpenedSession): void {
    const meta = stored?.meta ?? this.opener.reader.newMeta(sid);
    this.remember(session, sid, { ...meta, policy: askedPolicy(session.cookie, '{}', meta.policy) }, stored);
  }

  /** Whether the session differs from what is stored. A new session without data is not a change. */
  isChanged(session: SessionLike, state: TrackedSession): boolean {
    if (state.ended) return false;
    if (state.dataJson !== dataJsonOf(session)) return true;
    return state.text === undefined
      ? state.meta.auth !== undefined
      : state.cookieJson !== attributesOf(session.cookie);
  }

  /**
   * Stores the session if it was changed.
   *
   * @param how.force store it even if it was not (a session that must exist, such as a login's)
   * @throws SessionEndedError if it was ended meanwhile, StoreUnavailableError, SessionError `SESSION_NOT_SERIALIZABLE`
   */
  save(session: SessionLike, how: { force?: boolean } = {}): Promise<'saved' | 'unchanged'> {
    const state = trackedOf(session);
    if (state === undefined) throw new TypeError('This session was not made by this store.');
    const run = async (): Promise<'saved' | 'unchanged'> => {
      if (state.ended) throw new SessionEndedError(state.sid.handle);
      if (how.force !== true && !this.isChanged(session, state)) return 'unchanged';
      await this.write(session, state);
      return 'saved';
    };
    return this.queued(state, run);
  }

  /**
   * Changes the newest data: runs `change` on the session, stores it, and does both again if another request was faster. Other
   * unsaved changes of the request are stored with it.
   *
   * @returns what `change` returned when it fitted
   * @throws what `change` throws, with the session as it was before; SessionEndedError; StoreUnavailableError
   */
  update<T, S extends SessionLike>(session: S, change: (session: S) => T | Promise<T>): Promise<T> {
    const state = trackedOf(session);
    if (state === undefined) throw new TypeError('This session was not made by this store.');
    return this.queued(state, async () => {
      if (state.ended) throw new SessionEndedError(state.sid.handle);
      const giveUpAt = performance.now() + this.options.maxWait;
      for (;;) {
        const before = dataJsonOf(session);
        const undo = (): void => replaceData(session, parseFields(before));
        try {
          const result = await change(session);
          const newer = this.isChanged(session, state) ? await this.attempt(session, state) : undefined;
          if (newer === undefined) return result;
          undo();
          this.checkTime(giveUpAt);
          this.rebase(session, state, newer);
        } catch (error) {
          undo();
          throw error;
        }
      }
    });
  }

  /** Moves the idle timeout of an unchanged session, once 10 % of it has passed. Gives way to any other write. */
  touch(session: SessionLike, state: TrackedSession): Promise<void> | undefined {
    if (state.text === undefined || state.ended || this.options.disableTTL) return undefined;
    if (this.clock.now() - state.meta.lastActiveAt < state.meta.policy.idle / 10) return undefined;
    const { dataJson, text: loaded } = state;
    state.meta = this.activeMeta(state);
    syncCookie(session.cookie, state.meta, this.clock.now());
    return this.queued(state, async () => {
      if (state.text !== loaded) return;
      state.meta = await this.listed(state, state.meta);
      const text = await this.options.codec.encode(session.cookie, dataJson, state.meta);
      const { outcome } = await this.backend.save({
        key: this.opener.keyOf(state.sid),
        loaded,
        text,
        expiresIn: this.opener.expiresIn(state.meta),
      });
      if (outcome === 'saved') state.text = text;
    });
  }

  /** The id that the answer gives the browser in place of the one it came with; `undefined` where that one stays good. */
  replacementOf({ sid, meta }: TrackedSession): string | undefined {
    if (meta.secrets === undefined) return undefined;
    const now = this.clock.now();
    return this.options.succession.replacement(sid, meta.secrets, now - meta.renewedAt, now);
  }

  private remember(session: SessionLike, sid: Sid, meta: SessionMeta, opened?: OpenedSession): void {
    syncCookie(session.cookie, meta, this.clock.now());
    const cookieJson = attributesOf(session.cookie);
    track(session, {
      sid,
      meta,
      text: opened?.text,
      dataJson: opened?.dataJson ?? '{}',
      cookieJson,
      ended: false,
      isUncertain: false,
      queue: Promise.resolve(),
    });
  }

  private async write(session: SessionLike, state: TrackedSession): Promise<void> {
    const giveUpAt = performance.now() + this.options.maxWait;
    for (;;) {
      const newer = await this.attempt(session, state);
      if (newer === undefined) return;
      this.checkTime(giveUpAt);
      this.rebase(session, state, newer);
    }
  }

  /** Writes once over the loaded text. @returns what another request stored meanwhile, or `undefined` if it is written */
  private async attempt(session: SessionLike, state: TrackedSession): Promise<OpenedSession | undefined> {
    const dataJson = dataJsonOf(session);
    const policy = askedPolicy(session.cookie, state.cookieJson, state.meta.policy);
    const meta = await this.listed(state, { ...this.activeMeta(state), policy });
    if (policy.idle <= 0) {
      // A lifetime of nothing asks for the end, as in connect-redis.
      state.ended = true;
      await this.opener.end(state.sid.text, 'destroyed');
      return undefined;
    }
    syncCookie(session.cookie, meta, this.clock.now());
    const text = await this.options.codec.encode(session.cookie, dataJson, meta);
    const isNew = state.text === undefined;
    const saved = await this.send(state, { text, expiresIn: this.opener.expiresIn(meta) });
    if (saved.outcome === 'saved') {
      Object.assign(state, { meta, text, dataJson, cookieJson: attributesOf(session.cookie) });
      if (isNew) this.events.emit({ type: 'session.created', handle: state.sid.handle });
      return undefined;
    }
    const newer = saved.outcome === 'gone' ? undefined : await this.opener.interpret(state.sid, saved.text);
    if (newer !== undefined) return newer;
    state.ended = true;
    this.events.emit({ type: 'session.writeRefused', handle: state.sid.handle });
    throw new SessionEndedError(state.sid.handle);
  }

  /** A write whose outcome is unknown must not be followed by another of the same request: it could count twice. */
  private async send(
    state: TrackedSession,
    write: { text: string; expiresIn?: Milliseconds },
  ): Promise<SaveOutcome> {
    if (state.isUncertain) {
      throw new StoreUnavailableError(
        'An earlier write of this session had an unknown outcome; nothing more is written. Reload it first.',
      );
    }
    try {
      return await this.backend.save({ key: this.opener.keyOf(state.sid), loaded: state.text, ...write });
    } catch (error) {
      state.isUncertain = true;
      throw error;
    }
  }

  private checkTime(giveUpAt: number): void {
    if (performance.now() < giveUpAt) return;
    throw new StoreUnavailableError(
      'Other requests kept changing the same session; this change was not written.',
    );
  }

  /** Puts this request's changes on top of what another request stored meanwhile. */
  private rebase(session: SessionLike, state: TrackedSession, newer: OpenedSession): void {
    replaceData(session, mergeThreeWays(parseFields(state.dataJson), dataOf(session), newer.record.data));
    const lastActiveAt = Math.max(state.meta.lastActiveAt, newer.meta.lastActiveAt);
    Object.assign(state, {
      text: newer.text,
      dataJson: newer.dataJson,
      meta: { ...newer.meta, lastActiveAt },
    });
  }

  private queued<T>(state: TrackedSession, work: () => Promise<T>): Promise<T> {
    const result = state.queue.then(work);
    state.queue = result.catch(() => undefined);
    return result;
  }

  /** Keeps the session in its user's list for as long as it may live; asked again once a tenth of the idle timeout is added. */
  private async listed({ sid }: TrackedSession, meta: SessionMeta): Promise<SessionMeta> {
    const { auth, policy, listedUntil = 0 } = meta;
    const deadline = deadlineOf(meta);
    if (auth === undefined || this.options.users === undefined || deadline <= listedUntil) return meta;
    const until = deadline + policy.idle / 10;
    await this.options.users.enter(auth.userId, sid.handle, until - this.clock.now());
    return { ...meta, listedUntil: until };
  }

  /** The server's part as this request's activity leaves it. */
  private activeMeta({ sid, meta }: TrackedSession): SessionMeta {
    const now = this.clock.now();
    const { secrets, renewedAt } = meta;
    const repaired = secrets && this.options.succession.repaired(sid, secrets, now - renewedAt);
    return { ...meta, secrets: repaired, lastActiveAt: now };
  }
}
