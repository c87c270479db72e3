import type { Clock, Measured, Milliseconds, SessionEvents } from '../common/index.js';
import { SessionEndedError, SessionReadOnlyError, StoreUnavailableError } from '../common/index.js';
import { checkReadable, jsonOfNew } from './data.json.js';
import type { RecordBackend } from './record.backend.js';
import { recordOf, wrongAttributeOf } from './record.cookie.js';
import type { OpenedSession } from './record.reader.js';
import { askedPolicy, copyOf, deadlineOf, factsOf, listedUntilOf, syncCookie } from './session.cookie.js';
import { dataOf, dataToStore, replaceData, type SessionLike } from './session.data.js';
import type { KeeperOptions, SessionOpener } from './session.opener.js';
import { type SessionMeta, type SessionPolicy, StoredMeta } from './session.record.js';
import { Snapshot } from './session.snapshot.js';
import { StoredText } from './stored.text.js';
import { mergeThreeWays } from './three-way.merge.js';
import type { TrackedSession, WrittenSession } from './tracked.session.js';

/** What is stored now instead of what was loaded. */
type NewerSession = Pick<OpenedSession, 'stored' | 'meta' | 'snapshot'>;

/** How one attempt to write is made. */
interface WriteAttempt {
  /** An instant of `performance.now()`. */
  giveUpAt: number;
  durable?: 'login' | 'data';
  /** Called before what others wrote is taken in, to take back what should not count as this request's change. */
  undo?: () => void;
}

/** Writes sessions over the text that was loaded, and brings changes of several requests together. */
export class SessionWriter {
  constructor(
    private readonly backend: RecordBackend,
    private readonly opener: SessionOpener,
    private readonly options: KeeperOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /** Takes in what another request of this process has just written, as if it had been loaded. */
  catchUp(session: SessionLike, state: TrackedSession, latest: WrittenSession | undefined): void {
    const { stored } = latest ?? {};
    if (latest === undefined || stored === undefined || state.stored === undefined) return;
    if (stored.isSame(state.stored)) return;
    const { meta, snapshot } = latest;
    this.rebase(session, state, { stored, meta, snapshot });
  }

  /**
   * Notes activity. Gives way to any other write: whoever was faster has noted theirs. The cookie moves only once it is certain that
   * the session still lives.
   */
  touch(session: SessionLike, state: TrackedSession): Promise<void> {
    const { probe } = this.events.measuring;
    return probe === undefined
      ? this.noteActivity(session, state)
      : probe.measure('touch', (measured) => this.noteActivity(session, state, measured));
  }

  private async noteActivity(
    session: SessionLike,
    state: TrackedSession,
    measured?: Measured<'touch'>,
  ): Promise<void> {
    const { snapshot, stored: loaded } = state;
    const meta = await this.listed(state, this.activeMeta(state, state.meta.policy));
    const cookie = copyOf(session.cookie);
    syncCookie(cookie, meta);
    const text = await this.options.codec.encode(recordOf(cookie), snapshot.json, meta, state.sid.handle);
    const expiresIn = this.opener.expiresIn(meta, session);
    const saved = await this.backend.save({ key: this.opener.keyOf(state.sid), loaded, text, expiresIn });
    if (saved.outcome === 'saved') Object.assign(state, { meta, stored: StoredText.of(text) });
    const newer =
      saved.outcome === 'conflict' ? await this.opener.interpret(state.sid, saved.text) : undefined;
    if (newer !== undefined) this.rebase(session, state, newer);
    state.isConfirmed = saved.outcome === 'saved' || newer !== undefined;
    if (measured !== undefined)
      measured.outcome = saved.outcome === 'saved' ? 'written' : state.isConfirmed ? 'merged' : 'ended';
    if (state.isConfirmed) syncCookie(session.cookie, state.meta);
  }

  /**
   * Moves the idle timeout to now. Unlike {@link touch} it does not give way: whoever was faster may have been a passive request.
   *
   * @throws SessionEndedError; StoreUnavailableError if it is not certain that it was moved
   */
  async moveIdle(session: SessionLike, state: TrackedSession, giveUpAt: number): Promise<void> {
    const before = state.meta.lastActiveAt;
    // Asked for, so it counts even on a passive route.
    state.isPassive = false;
    while (state.stored !== undefined) {
      if (!state.ended) await this.touch(session, state);
      state.ended ||= !state.isConfirmed;
      if (state.ended) throw new SessionEndedError(state.sid.handle);
      if (state.meta.lastActiveAt !== before || this.clock.now() <= before) return;
      timeLeft(giveUpAt);
    }
  }

  /**
   * Writes over the loaded text, once. If another request was faster, takes its data in, below what this request changed.
   *
   * @returns whether it is written
   */
  async attempt(
    session: SessionLike,
    state: TrackedSession,
    { giveUpAt, durable = 'data', undo }: WriteAttempt,
  ): Promise<boolean> {
    const within = timeLeft(giveUpAt);
    if (state.stored === undefined && this.options.access === 'read')
      throw new SessionReadOnlyError('this would create a session.');
    const data = dataToStore(session);
    const dataJson = jsonOfNew(data);
    const asked = askedPolicy(session.cookie, state.cookie.originalMaxAge, state.meta.policy);
    const ttl = this.options.ttlOf?.(session);
    const policy = ttl === undefined || state.sid.secret === undefined ? asked : { ...asked, idle: ttl };
    if (!((ttl ?? policy.idle) > 0)) {
      // A lifetime of nothing asks for the end, as in connect-redis.
      state.ended = true;
      await this.opener.end(state.sid.text, 'destroyed');
      return true;
    }
    checkReadable(dataJson);
    // At once: the application may go on changing the session while it is written.
    const snapshot = Snapshot.ofWritten(data, dataJson, state.snapshot);
    // An `await` of what is there already costs a turn of the queue.
    const listed = this.listed(state, this.activeMeta(state, policy));
    const meta = listed instanceof Promise ? await listed : listed;
    syncCookie(session.cookie, meta);
    const { codec } = this.options;
    const cookie = recordOf(session.cookie);
    const encoded = codec.encode(cookie, dataJson, meta, state.sid.handle);
    const text = typeof encoded === 'string' ? encoded : await encoded;
    const large = codec.limits.measure(dataJson, text);
    const isNew = state.stored === undefined;
    // The next request need not read what is known here.
    const isKept = this.backend.isNear && wrongAttributeOf(cookie) === undefined;
    if (state.isUncertain) throw uncertain();
    // Unless it turns out otherwise.
    state.isUncertain = true;
    const saved = await this.backend.save({
      key: this.opener.keyOf(state.sid),
      loaded: state.stored,
      text,
      content: isKept ? { record: { cookie, meta }, snapshot } : undefined,
      expiresIn: this.opener.expiresIn(meta, session),
      within,
      durable,
    });
    state.isUncertain = false;
    if (saved.outcome === 'saved') {
      state.meta = meta;
      state.stored = StoredText.of(text);
      state.snapshot = snapshot;
      state.cookie = factsOf(session.cookie);
      state.isConfirmed = true;
      if (isNew) this.events.emit({ type: 'session.created', handle: state.sid.handle });
      if (large !== undefined && state.isLargeTold !== true) {
        state.isLargeTold = true;
        this.events.emit({ type: 'session.large', handle: state.sid.handle, ...large });
      }
      return true;
    }
    const newer = saved.outcome === 'gone' ? undefined : await this.opener.interpret(state.sid, saved.text);
    if (newer !== undefined) {
      undo?.();
      this.rebase(session, state, newer);
      return false;
    }
    state.ended = true;
    this.events.emit({ type: 'session.writeRefused', handle: state.sid.handle });
    throw new SessionEndedError(state.sid.handle);
  }

  /** Puts this request's changes on top of what another request stored meanwhile. */
  private rebase(session: SessionLike, state: TrackedSession, newer: NewerSession): void {
    replaceData(session, mergeThreeWays(state.snapshot.fields, dataOf(session), newer.snapshot.copy()));
    const lastActiveAt = Math.max(state.meta.lastActiveAt, newer.meta.lastActiveAt);
    state.conflicts++;
    Object.assign(state, {
      stored: newer.stored,
      snapshot: newer.snapshot,
      meta: { ...newer.meta, lastActiveAt },
    });
  }

  /** Keeps the session in its user's list for as long as it may live; asked again once a tenth of the idle timeout is added. */
  private listed({ sid }: TrackedSession, meta: SessionMeta): SessionMeta | Promise<SessionMeta> {
    const { auth, listedUntil = 0 } = meta;
    const { users } = this.options;
    if (auth === undefined || users === undefined || deadlineOf(meta) <= listedUntil) return meta;
    const until = listedUntilOf(meta);
    const entered = users.enter(auth.userId, sid.handle, until - this.clock.now());
    return entered.then(() => ({ ...meta, listedUntil: until }));
  }

  /** The server's part as this request's activity leaves it. */
  private activeMeta({ sid, meta, isPassive }: TrackedSession, policy: SessionPolicy): SessionMeta {
    const now = this.clock.now();
    // Of a plain session the last activity is not known for sure, so what is left of its idle timeout is not either.
    const lastActiveAt = isPassive === true && sid.secret !== undefined ? meta.lastActiveAt : now;
    const { secrets, createdAt, renewedAt, listedUntil, auth } = meta;
    const repaired = secrets && this.options.succession.repaired({ sid, meta, secrets, now });
    return new StoredMeta(repaired, createdAt, lastActiveAt, renewedAt, policy, listedUntil, auth);
  }
}

/** A write whose outcome is unknown must not be followed by another of the same request: it could count twice. */
const uncertain = (): StoreUnavailableError =>
  new StoreUnavailableError(
    'An earlier write of this session had an unknown outcome; nothing more is written. Reload it first.',
  );

/** What is left until an instant of `performance.now()`. @throws StoreUnavailableError if nothing is */
function timeLeft(giveUpAt: number): Milliseconds {
  const left = giveUpAt - performance.now();
  if (left > 0) return left;
  throw new StoreUnavailableError(
    'Other requests kept changing the same session; this change was not written.',
  );
}
