import {
  type Clock,
  SessionEndedError,
  type SessionEndReason,
  type SessionEvents,
  SessionReadOnlyError,
} from '../common/index.js';
import type { RecordBackend } from './record.backend.js';
import type { OpenedSession } from './record.reader.js';
import { type InspectedSession, SessionInspector } from './session.inspector.js';
import { type EndedSession, type KeeperOptions, SessionOpener } from './session.opener.js';
import { activityStepOf, isAsAsked } from './session.cookie.js';
import { dataOf, type SessionLike } from './session.data.js';
import type { Fields } from './session.fields.js';
import type { SessionRecord } from './session.record.js';
import { SessionTracking } from './session.tracking.js';
import { parseSid, type Judgement, type Sid } from './sid.js';
import { SessionUpdate } from './session.update.js';
import { SessionWriter } from './session.writer.js';
import { mergeThreeWays } from './three-way.merge.js';
import { queued, type TrackedSession, trackedOf } from './tracked.session.js';
import { measureWrite } from './write.measure.js';
import { WriterTurns } from './writer.turns.js';

interface SaveOptions {
  force?: boolean;
  isSeenChanged?: boolean;
  durable?: 'login';
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
  private readonly inspector: SessionInspector;
  private readonly turns = new WriterTurns();
  private readonly updates: SessionUpdate;
  /** Begins to follow session objects. */
  readonly tracking: SessionTracking;

  constructor(
    private readonly backend: RecordBackend,
    readonly options: KeeperOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.opener = new SessionOpener(backend, options, clock, events);
    this.inspector = new SessionInspector(backend, options, clock);
    this.writer = new SessionWriter(backend, this.opener, options, clock, events);
    this.tracking = new SessionTracking(this.opener.reader, options);
    this.updates = new SessionUpdate(this.writer, this.turns, (...of) => this.isChanged(...of));
  }

  /** Whether sessions are read only, except for what is changed on purpose. */
  get isReader(): boolean {
    return this.options.access === 'read';
  }

  /** The session of an id; see {@link SessionOpener.open}. */
  open(id: string | Sid, judged?: Judgement): Promise<OpenedSession | undefined> {
    return this.opener.open(id, judged);
  }

  /** The same without asking Redis; see {@link SessionOpener.openNear}. */
  openNear(sid: Sid): OpenedSession | undefined {
    return this.opener.openNear(sid);
  }

  /** Asks Redis about a session that was opened without asking it: takes in what is newer, or notices that it has ended. */
  async confirm(session: SessionLike): Promise<void> {
    const state = trackedOf(session);
    if (state?.isNear !== true) return;
    const { probe } = this.events.measuring;
    if (probe === undefined) return this.ask(session, state);
    await probe.measure('confirm', async (measured) => {
      await this.ask(session, state);
      measured.outcome = state.ended ? 'absent' : 'found';
    });
  }

  private ask(session: SessionLike, state: TrackedSession): Promise<void> {
    return queued(state, async () => {
      if (state.isNear !== true || state.ended) return;
      const text = await this.backend.read(this.opener.keyOf(state.sid));
      const isSame = text !== null && state.stored?.is(text) === true;
      const newer = text === null || isSame ? undefined : await this.opener.interpret(state.sid, text);
      if (newer !== undefined) this.writer.catchUp(session, state, newer);
      else if (!isSame) state.ended = true;
      state.isNear = false;
    });
  }

  /** Ends a session for good; see {@link SessionOpener.end}. */
  end(id: string, reason: SessionEndReason): Promise<EndedSession | undefined> {
    return this.opener.end(id, reason);
  }

  /** Ends a session for another one in its place. @throws SessionReadOnlyError */
  async makeRoom(id: string): Promise<void> {
    if (this.isReader) throw new SessionReadOnlyError('this would create a session.');
    const { probe } = this.events.measuring;
    if (probe === undefined) await this.end(id, 'regenerated');
    else await probe.measure('regenerate', () => this.end(id, 'regenerated'));
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
    if (ended?.data === undefined || state.stored?.is(ended.text) === true) return mine;
    return mergeThreeWays(state.snapshot.fields, mine, ended.data);
  }

  /** Why the session of an id ended; `undefined` if it expired, or nobody knows any more. */
  async endingOf(id: string): Promise<SessionEndReason | undefined> {
    const sid = parseSid(id);
    return sid && this.opener.endings.find(sid.handle);
  }

  /** What a stored text holds, whoever it belongs to; see {@link SessionInspector.peek}. */
  peek(text: string, handle: string): Promise<SessionRecord | undefined> {
    return this.inspector.peek(text, handle);
  }

  /** What is kept under several handles; see {@link SessionInspector.inspect}. */
  inspect(handles: readonly string[]): Promise<InspectedSession[]> {
    const { probe } = this.events.measuring;
    return probe === undefined
      ? this.inspector.inspect(handles)
      : probe.measure('inspect', () => this.inspector.inspect(handles));
  }

  /** Whether the session differs from what is stored. A new session without data is not a change. */
  isChanged(session: SessionLike, state: TrackedSession): boolean {
    if (state.ended) return false;
    if (!state.snapshot.isOf(session)) return true;
    return state.stored === undefined
      ? state.isMade !== false && state.meta.auth !== undefined
      : !isAsAsked(session.cookie, state.cookie);
  }

  /**
   * Stores the session if it was changed.
   *
   * @param how.force even if it was not (a session that must exist); how.isSeenChanged what {@link isChanged} has just said; how.durable
   *   see `CallLimits.durable`, by default `data`
   * @throws SessionEndedError if it was ended meanwhile, StoreUnavailableError, SessionTooLargeError,
   *   SessionError `SESSION_NOT_SERIALIZABLE` or `RESERVED_FIELD`
   */
  save(session: SessionLike, how: SaveOptions = {}): Promise<'saved' | 'unchanged'> {
    const state = this.stateOf(session);
    // What was seen before an earlier save may have been saved by it.
    const isChanged = how.force === true || (how.isSeenChanged === true && state.queue === undefined);
    return queued(state, () => this.saveNow(session, state, { isChanged, durable: how.durable }));
  }

  // Not `async`: what it gives is mostly the promise of another function that is, and each `await` costs a turn of the queue.
  private saveNow(
    session: SessionLike,
    state: TrackedSession,
    { isChanged, durable }: { isChanged: boolean; durable?: 'login' },
  ): Promise<'saved' | 'unchanged'> {
    const { probe } = this.events.measuring;
    if (state.ended) {
      probe?.note('save', { outcome: 'ended' });
      return Promise.reject(new SessionEndedError(state.sid.handle));
    }
    try {
      if (!isChanged && !this.isChanged(session, state)) {
        probe?.note('save', { outcome: 'unchanged' });
        return Promise.resolve('unchanged');
      }
    } catch (error) {
      return Promise.reject(error);
    }
    const write = (): Promise<'saved'> => this.write(session, state, durable);
    return probe === undefined ? write() : measureWrite(probe, 'save', state, write);
  }

  /** Changes the newest data; see {@link SessionUpdate.run}. */
  update<T, S extends SessionLike>(session: S, change: (session: S) => T | Promise<T>): Promise<T> {
    const state = this.stateOf(session);
    const giveUpAt = performance.now() + this.options.maxWait;
    const { probe } = this.events.measuring;
    const run = (): Promise<T> => this.updates.run(session, state, { change, giveUpAt });
    return queued(state, probe === undefined ? run : () => measureWrite(probe, 'update', state, run));
  }

  /** Whether activity is to be noted: 10 % of the idle timeout has passed, or the secret is due to be renewed. */
  isTouchDue(state: TrackedSession): boolean {
    if (this.isReader || this.options.disableTTL) return false;
    if (state.stored === undefined || state.ended || state.isConfirmed) return false;
    const { lastActiveAt, policy } = state.meta;
    const now = this.clock.now();
    return now - lastActiveAt >= activityStepOf(policy) || this.replacementOf(state, now) !== undefined;
  }

  /** Moves the idle timeout of an unchanged session if that is due. Gives way to any other write. */
  touch(session: SessionLike, state: TrackedSession): Promise<void> {
    return queued(state, async () => {
      if (this.isTouchDue(state)) await this.writer.touch(session, state);
    });
  }

  /** Moves the idle timeout, due or not; see {@link SessionWriter.moveIdle}. */
  moveIdle(session: SessionLike): Promise<void> {
    const state = this.stateOf(session);
    const giveUpAt = performance.now() + this.options.maxWait;
    return queued(state, () => this.writer.moveIdle(session, state, giveUpAt));
  }

  /** The id that the answer gives the browser in place of the one it came with; `undefined` where that one stays good. */
  replacementOf({ sid, meta }: TrackedSession, now = this.clock.now()): string | undefined {
    if (meta.secrets === undefined) return undefined;
    return this.options.succession.replacement({ sid, meta, secrets: meta.secrets, now });
  }

  private async write(session: SessionLike, state: TrackedSession, durable?: 'login'): Promise<'saved'> {
    // From here on, so that waiting for its turn counts too.
    const giveUpAt = performance.now() + this.options.maxWait;
    const turn = this.turns.take(state.sid.handle);
    try {
      if (!turn.isNow) this.writer.catchUp(session, state, await turn.come(giveUpAt));
      // Each newer text that is found is merged with this request's changes.
      while (!(await this.writer.attempt(session, state, { giveUpAt, durable })));
      turn.wrote(state);
      return 'saved';
    } finally {
      turn.end();
    }
  }

  private stateOf(session: SessionLike): TrackedSession {
    const state = trackedOf(session);
    if (state === undefined) throw new TypeError('This session was not made by this store.');
    return state;
  }
}
