import {
  type Clock,
  type Milliseconds,
  SessionEndedError,
  type SessionEndReason,
  type SessionEvents,
  StoreUnavailableError,
} from '../common/index.js';
import { checkReadable } from './data.json.js';
import type { RecordBackend } from './record.backend.js';
import type { RecordCodec } from './record.codec.js';
import { type OpenedSession, RecordReader } from './record.reader.js';
import { askedPolicy, attributesOf, deadlineOf, syncCookie } from './session.cookie.js';
import { dataJsonOf, dataOf, replaceData, type SessionLike } from './session.data.js';
import type { SessionMeta, SessionPolicy } from './session.record.js';
import { parseSid, type Sid } from './sid.js';
import { type Fields, mergeThreeWays } from './three-way.merge.js';
import { track, type TrackedSession, trackedOf } from './tracked.session.js';

export interface KeeperOptions {
  /** Start of every key. */
  prefix: string;
  policy: SessionPolicy;
  codec: RecordCodec;
  /** No expiry in Redis (connect-redis's `disableTTL`). */
  disableTTL: boolean;
  /** How long a save may go on merging with the writes of others. */
  maxWait: Milliseconds;
}

/**
 * Opens, saves and ends sessions over any backend.
 *
 * open: id -> text -> record -> does its secret fit, does it still live -> session or nothing
 * save: session -> changed? -> write over the loaded text -> on a conflict merge with the newer text and write again
 */
export class SessionKeeper {
  private readonly reader: RecordReader;

  constructor(
    private readonly backend: RecordBackend,
    readonly options: KeeperOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.reader = new RecordReader(options.codec, options.policy, clock, events);
  }

  /** The session of an id; `undefined` if there is none, it has ended, it is not this id's, or it cannot be read. */
  async open(id: string): Promise<OpenedSession | undefined> {
    const sid = parseSid(id);
    if (sid === undefined) return undefined;
    const text = await this.backend.read(this.keyOf(sid));
    return text === null ? undefined : this.reader.read(sid, text);
  }

  /** Starts to track a session object: one that was opened, or a new one that is stored at its first save. */
  track(session: SessionLike, sid: Sid, opened?: OpenedSession): void {
    const meta = opened?.meta ?? this.reader.newMeta(sid);
    this.remember(session, sid, meta, opened);
  }

  /** Tracks a session object of unknown origin, whose cookie says how long it wants to live. */
  adopt(session: SessionLike, sid: Sid, stored?: OpenedSession): void {
    const meta = stored?.meta ?? this.reader.newMeta(sid);
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
   * @throws SessionEndedError if it was ended meanwhile, StoreUnavailableError, SessionTooLargeError,
   *   SessionError `SESSION_NOT_SERIALIZABLE` or `RESERVED_FIELD`
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

  /** Moves the idle timeout of an unchanged session, once 10 % of it has passed. Gives way to any other write. */
  touch(session: SessionLike, state: TrackedSession): Promise<void> | undefined {
    if (state.text === undefined || state.ended || this.options.disableTTL) return undefined;
    if (this.clock.now() - state.meta.lastActiveAt < state.meta.policy.idle / 10) return undefined;
    const { dataJson, text: loaded } = state;
    state.meta = { ...state.meta, lastActiveAt: this.clock.now() };
    syncCookie(session.cookie, state.meta, this.clock.now());
    return this.queued(state, async () => {
      if (state.text !== loaded) return;
      const text = await this.options.codec.encode(session.cookie, dataJson, state.meta, state.sid.handle);
      const { outcome } = await this.backend.save({
        key: this.keyOf(state.sid),
        loaded,
        text,
        expiresIn: this.expiresIn(state.meta),
      });
      if (outcome === 'saved') state.text = text;
    });
  }

  /** Ends a session for good. Idempotent; an id that never was is fine. */
  async end(id: string, reason: SessionEndReason): Promise<void> {
    const sid = parseSid(id);
    if (sid === undefined) return;
    if (await this.backend.remove(this.keyOf(sid)))
      this.events.emit({ type: 'session.ended', handle: sid.handle, reason });
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
      queue: Promise.resolve(),
    });
  }

  private async write(session: SessionLike, state: TrackedSession): Promise<void> {
    const giveUpAt = performance.now() + this.options.maxWait;
    const isNew = state.text === undefined;
    for (;;) {
      const dataJson = dataJsonOf(session);
      const policy = askedPolicy(session.cookie, state.cookieJson, state.meta.policy);
      const meta = { ...state.meta, policy, lastActiveAt: this.clock.now() };
      if (policy.idle <= 0) {
        // A lifetime of nothing asks for the end, as in connect-redis.
        state.ended = true;
        return this.end(state.sid.text, 'destroyed');
      }
      syncCookie(session.cookie, meta, this.clock.now());
      checkReadable(dataJson);
      const { codec } = this.options;
      const text = await codec.encode(session.cookie, dataJson, meta, state.sid.handle);
      const large = codec.limits.measure(dataJson, text);
      const key = this.keyOf(state.sid);
      const saved = await this.backend.save({
        key,
        loaded: state.text,
        text,
        expiresIn: this.expiresIn(meta),
      });
      if (saved.outcome === 'saved') {
        Object.assign(state, { meta, text, dataJson, cookieJson: attributesOf(session.cookie) });
        if (isNew) this.events.emit({ type: 'session.created', handle: state.sid.handle });
        if (large !== undefined && !state.isLargeTold) {
          state.isLargeTold = true;
          this.events.emit({ type: 'session.large', handle: state.sid.handle, ...large });
        }
        return;
      }
      const newer = saved.outcome === 'gone' ? undefined : await this.reader.read(state.sid, saved.text);
      if (newer === undefined) {
        state.ended = true;
        this.events.emit({ type: 'session.writeRefused', handle: state.sid.handle });
        throw new SessionEndedError(state.sid.handle);
      }
      if (performance.now() >= giveUpAt) {
        throw new StoreUnavailableError(
          'Other requests kept changing the same session; this change was not written.',
        );
      }
      this.rebase(session, state, newer);
    }
  }

  /** Puts this request's changes on top of what another request stored meanwhile. */
  private rebase(session: SessionLike, state: TrackedSession, newer: OpenedSession): void {
    replaceData(
      session,
      mergeThreeWays(JSON.parse(state.dataJson) as Fields, dataOf(session), newer.record.data),
    );
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

  private keyOf(sid: Sid): string {
    return this.options.prefix + sid.handle;
  }

  private expiresIn(meta: SessionMeta): Milliseconds | undefined {
    return this.options.disableTTL ? undefined : deadlineOf(meta) - this.clock.now();
  }
}
