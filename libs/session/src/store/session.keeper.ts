import { type Clock, SessionEndedError, type SessionEndReason, type SessionEvents } from '../common/index.js';
import type { RecordBackend } from './record.backend.js';
import { type OpenedSession, withStaleness } from './record.reader.js';
import { type EndedSession, type KeeperOptions, SessionOpener } from './session.opener.js';
import { activityStepOf, askedPolicy, attributesOf, syncCookie } from './session.cookie.js';
import { dataJsonOf, dataOf, replaceData, type SessionLike } from './session.data.js';
import { type Fields, parseFields } from './session.fields.js';
import { type SessionMeta, type SessionRecord, UnreadableRecordError } from './session.record.js';
import { parseSid, type Judgement, type Sid } from './sid.js';
import { SessionWriter } from './session.writer.js';
import { mergeThreeWays } from './three-way.merge.js';
import { track, type TrackedSession, trackedOf, type WrittenSession } from './tracked.session.js';
import { WriterTurns } from './writer.turns.js';

/** Handles that are asked for in one round trip. */
const AT_A_TIME = 1_000;

/** What is kept under a handle; `meta` is absent where it cannot be read, and in sessions of express-session. */
export interface InspectedSession {
  handle: string;
  isStored: boolean;
  meta?: SessionMeta;
}

/**
 * Opens, saves and ends sessions over any backend.
 *
 * open: id -> text -> record -> does its secret fit, does it still live -> session or nothing
 * save: session -> changed? -> write over the loaded text -> on a conflict merge with the newer text and write again
 */
export class SessionKeeper {
  private readonly opener: SessionOpener;
  private readonly writer: SessionWriter;
  private readonly turns = new WriterTurns();

  constructor(
    private readonly backend: RecordBackend,
    readonly options: KeeperOptions,
    private readonly clock: Clock,
    events: SessionEvents,
  ) {
    this.opener = new SessionOpener(backend, options, clock, events);
    this.writer = new SessionWriter(backend, this.opener, options, clock, events);
  }

  /** The session of an id; see {@link SessionOpener.open}. */
  open(id: string, judged?: Judgement): Promise<OpenedSession | undefined> {
    return this.opener.open(id, judged);
  }

  /** Ends a session for good; see {@link SessionOpener.end}. */
  end(id: string, reason: SessionEndReason): Promise<EndedSession | undefined> {
    return this.opener.end(id, reason);
  }

  /**
   * Ends the session of an object.
   *
   * @returns its data as they would be had this request saved them last: what others wrote until the end, and this request's changes
   */
  async close(session: SessionLike, reason: SessionEndReason): Promise<Fields> {
    const state = this.stateOf(session);
    const ended = await this.end(state.sid.text, reason);
    state.ended = true;
    const mine = dataOf(session);
    if (ended?.data === undefined || ended.text === state.text) return mine;
    return mergeThreeWays(parseFields(state.dataJson), mine, ended.data);
  }

  /** Why the session of an id ended; `undefined` if it expired, or nobody knows any more. */
  async endingOf(id: string): Promise<SessionEndReason | undefined> {
    const sid = parseSid(id);
    return sid && this.opener.endings.find(sid.handle);
  }

  /** What a stored text holds, whoever it belongs to; `undefined` if it cannot be read. For administration. */
  async peek(text: string, handle: string): Promise<SessionRecord | undefined> {
    try {
      return await this.options.codec.decode(text, handle);
    } catch (error) {
      if (error instanceof UnreadableRecordError) return undefined;
      throw error;
    }
  }

  /** What is kept under several handles, whoever it belongs to: one round trip for a thousand. For administration. */
  async inspect(handles: readonly string[]): Promise<InspectedSession[]> {
    const found: InspectedSession[] = [];
    for (let start = 0; start < handles.length; start += AT_A_TIME) {
      const part = handles.slice(start, start + AT_A_TIME);
      const texts = await this.backend.readMany(part.map((handle) => this.options.prefix + handle));
      const inspected = part.map(async (handle, place) => {
        const text = texts[place] ?? null;
        const record = text === null ? undefined : await this.peek(text, handle);
        const meta = record?.meta && withStaleness(record.meta, this.clock.now());
        return { handle, isStored: text !== null, meta };
      });
      found.push(...(await Promise.all(inspected)));
    }
    return found;
  }

  /** Starts to track a session object: one that was opened, or a new one that is stored at its first save. */
  track(session: SessionLike, sid: Sid, opened?: OpenedSession): void {
    const meta = opened?.meta ?? this.opener.reader.newMeta(sid);
    this.remember(session, sid, meta, opened);
  }

  /** Tracks a session object of unknown origin, whose cookie says how long it wants to live. */
  adopt(session: SessionLike, sid: Sid, stored?: OpenedSession): void {
    const meta = stored?.meta ?? this.opener.reader.newMeta(sid);
    const { idle, persistent } = this.options.policy;
    // Of a plain session only its cookie says how long it lives, and this one takes the place of the stored one.
    const before = sid.secret === undefined ? { ...meta.policy, idle, persistent } : meta.policy;
    this.remember(session, sid, { ...meta, policy: askedPolicy(session.cookie, '{}', before) }, stored);
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
    const state = this.stateOf(session);
    const run = async (): Promise<'saved' | 'unchanged'> => {
      if (state.ended) throw new SessionEndedError(state.sid.handle);
      if (how.force !== true && !this.isChanged(session, state)) return 'unchanged';
      // From here on, so that waiting for its turn counts too.
      const giveUpAt = performance.now() + this.options.maxWait;
      const { handle } = state.sid;
      await this.turns.run(handle, giveUpAt, async (latest) => {
        this.writer.catchUp(session, state, latest);
        await this.writer.write(session, state, giveUpAt);
        this.turns.wrote(handle, state);
      });
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
    const state = this.stateOf(session);
    const attempt = async (): Promise<{ result: T; isStored: boolean }> => {
      const before = dataJsonOf(session);
      const undo = (): void => replaceData(session, parseFields(before));
      try {
        const result = await change(session);
        const isStored =
          !this.isChanged(session, state) || (await this.writer.attempt(session, state, undo, giveUpAt));
        return { result, isStored };
      } catch (error) {
        undo();
        throw error;
      }
    };
    const untilStored = async (latest?: WrittenSession): Promise<T> => {
      this.writer.catchUp(session, state, latest);
      for (;;) {
        const { result, isStored } = await attempt();
        if (!isStored) continue;
        this.turns.wrote(state.sid.handle, state);
        return result;
      }
    };
    const giveUpAt = performance.now() + this.options.maxWait;
    return this.queued(state, async () => {
      if (state.ended) throw new SessionEndedError(state.sid.handle);
      const { result, isStored } = await attempt();
      // In turn only once there was a conflict: a slow `change` should not keep others waiting who write something else.
      return isStored ? result : this.turns.run(state.sid.handle, giveUpAt, untilStored);
    });
  }

  /** Whether activity is to be noted: 10 % of the idle timeout has passed, or the secret is due to be renewed. */
  isTouchDue(state: TrackedSession): boolean {
    if (state.text === undefined || state.ended || state.isConfirmed || this.options.disableTTL) return false;
    const { lastActiveAt, policy } = state.meta;
    const isStepMade = this.clock.now() - lastActiveAt >= activityStepOf(policy);
    return isStepMade || this.replacementOf(state) !== undefined;
  }

  /** Moves the idle timeout of an unchanged session if that is due. Gives way to any other write. */
  touch(session: SessionLike, state: TrackedSession): Promise<void> {
    return this.queued(state, async () => {
      if (this.isTouchDue(state)) await this.writer.touch(session, state);
    });
  }

  /** The id that the answer gives the browser in place of the one it came with; `undefined` where that one stays good. */
  replacementOf({ sid, meta }: TrackedSession): string | undefined {
    if (meta.secrets === undefined) return undefined;
    const now = this.clock.now();
    return this.options.succession.replacement({ sid, meta, secrets: meta.secrets, now });
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
      isConfirmed: false,
      isUncertain: false,
      queue: Promise.resolve(),
    });
  }

  private stateOf(session: SessionLike): TrackedSession {
    const state = trackedOf(session);
    if (state === undefined) throw new TypeError('This session was not made by this store.');
    return state;
  }

  private queued<T>(state: TrackedSession, work: () => Promise<T>): Promise<T> {
    const result = state.queue.then(work);
    state.queue = result.catch(() => undefined);
    return result;
  }
}
