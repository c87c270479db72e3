import type { SessionMeta } from './session.record.js';
import type { Sid } from './sid.js';

/** What is known of one session object beside its data: where it came from and what of it is stored. */
export interface TrackedSession {
  readonly sid: Sid;
  meta: SessionMeta;
  /** The stored text; `undefined` while the session was never stored. */
  text?: string;
  /** The data as JSON at load or at the last save; a difference is a change. */
  dataJson: string;
  /** The cookie's attributes, likewise. */
  cookieJson: string;
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
  /** Saves of one session object run one after the other. */
  queue: Promise<unknown>;
}

/** What was written of a session. */
export type WrittenSession = Pick<TrackedSession, 'text' | 'meta' | 'dataJson'>;

// Beside the objects, not on them: application code and other middleware see plain express-session objects.
const tracked = new WeakMap<object, TrackedSession>();

/** What is known of a session object; `undefined` when this library did not make it. */
export function trackedOf(session: object): TrackedSession | undefined {
  return tracked.get(session);
}

export function track(session: object, state: TrackedSession): void {
  tracked.set(session, state);
}

/** Runs what is done to one session object one after the other. */
export function queued<T>(state: TrackedSession, work: () => Promise<T>): Promise<T> {
  const result = state.queue.then(work);
  state.queue = result.catch(() => undefined);
  return result;
}
