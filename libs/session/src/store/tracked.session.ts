import { hiddenField } from '../common/index.js';
import type { CookieFacts } from './session.cookie.js';
import type { SessionMeta } from './session.record.js';
import { Snapshot } from './session.snapshot.js';
import type { Sid } from './sid.js';
import type { StoredText } from './stored.text.js';

/** What is known of one session object beside its data: where it came from and what of it is stored. */
export interface TrackedSession {
  readonly sid: Sid;
  meta: SessionMeta;
  /** The text that is stored; `undefined` while the session was never stored. */
  stored?: StoredText;
  /** The data at load or at the last save; a difference is a change. */
  snapshot: Snapshot;
  /** The cookie, likewise. */
  cookie: CookieFacts;
  /** Ended by this request or found ended: nothing is written any more. */
  ended: boolean;
  /**
   * A write of this object came through, so the session lived at that moment. Only then may an answer move the cookie: one that ended
   * meanwhile must not take the place of the cookie of a newer login.
   */
  isConfirmed: boolean;
  /** A write was sent and its outcome is not known: nothing more is written until the session is loaded again. */
  isUncertain: boolean;
  /** It was opened without asking Redis, and Redis has not been asked since. */
  isNear?: boolean;
  /** The request does not count as activity: what it writes leaves the idle timeout where it is. */
  isPassive?: boolean;
  /** Whether `session.large` was told of this object. */
  isLargeTold?: boolean;
  /** How many times what others had written was taken in. */
  conflicts: number;
  /** `false` while a new session has no id yet. */
  readonly isMade?: boolean;
  /** Saves of one session object run one after the other; `undefined` before the first. */
  queue?: Promise<unknown>;
}

/** What was written of a session. */
export type WrittenSession = Pick<TrackedSession, 'stored' | 'meta' | 'snapshot'>;

/**
 * Beside the objects, not on them: application code and other middleware see plain express-session objects. What extends it has a place for
 * it from its beginning.
 */
export const Trackable = hiddenField<TrackedSession>();

/** What is known of a session object; `undefined` when this library did not make it. */
export function trackedOf(session: object): TrackedSession | undefined {
  return Trackable.of(session);
}

export function track(session: object, state: TrackedSession): void {
  Trackable.put(session, state);
}

/** Runs what is done to one session object one after the other. */
export function queued<T>(state: TrackedSession, work: () => Promise<T>): Promise<T> {
  // Also after one that failed.
  const result = state.queue === undefined ? work() : state.queue.then(work, work);
  state.queue = result;
  return result;
}

/** A session that has an id. */
export class MadeSession implements TrackedSession {
  stored?: StoredText;
  snapshot: Snapshot;
  ended = false;
  isConfirmed = false;
  isUncertain = false;
  isNear: boolean;
  isLargeTold = false;
  conflicts = 0;
  queue?: Promise<unknown>;

  constructor(
    readonly sid: Sid,
    public meta: SessionMeta,
    public cookie: CookieFacts,
    public isPassive: boolean,
    opened?: { readonly stored: StoredText; readonly snapshot: Snapshot; readonly isNear?: boolean },
  ) {
    this.stored = opened?.stored;
    this.snapshot = opened?.snapshot ?? Snapshot.EMPTY;
    this.isNear = opened?.isNear === true;
  }
}

/** A new session that has an id, and what the server knows of it, once somebody asks for them. */
export class UnmadeSession implements TrackedSession {
  stored?: StoredText;
  snapshot = Snapshot.EMPTY;
  ended = false;
  isConfirmed = false;
  isUncertain = false;
  conflicts = 0;
  queue?: Promise<unknown>;
  private parts: { readonly sid: Sid; meta: SessionMeta } | undefined;

  constructor(
    private readonly make: () => { sid: Sid; meta: SessionMeta },
    public cookie: CookieFacts,
    public isPassive: boolean,
  ) {}

  get isMade(): boolean {
    return this.parts !== undefined;
  }

  get sid(): Sid {
    return this.made.sid;
  }

  get meta(): SessionMeta {
    return this.made.meta;
  }

  set meta(meta: SessionMeta) {
    this.made.meta = meta;
  }

  private get made(): { readonly sid: Sid; meta: SessionMeta } {
    return (this.parts ??= this.make());
  }
}
