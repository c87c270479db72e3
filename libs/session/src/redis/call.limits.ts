import type { Milliseconds } from '../common/index.js';

/** What a caller says about one call. */
export interface CallLimits {
  /** Running it twice does no harm, so that a lost connection is ridden out by asking again. */
  repeatable: boolean;
  /** What is left of the caller's own time, if that is less than `redis.maxWait`. */
  within?: Milliseconds;
  /**
   * Refused at once while the connection is away for longer than `redis.maxWait`: whoever came before has waited in vain.
   *
   * @default false: waits all the same, so that it is served the moment that Redis is back
   */
  refusedAtOnce?: boolean;
  /**
   * Sent at once, not together with other calls of this turn of the event loop: it is a batch already, and Redis can work on it while the
   * next one is being made.
   *
   * @default false
   */
  isBatch?: boolean;
  /**
   * A key that the call is about. On a Cluster calls are counted by the node that serves it.
   *
   * @default for a script, its first key
   */
  key?: string;
  /**
   * A write that waits for replicas where `redis.durability` is set: `login` always, `data` where it says `writes: 'all'`.
   *
   * @default it does not wait
   */
  durable?: 'login' | 'data';
}

/** Calls that are not settled. */
export interface CallQueue {
  /** They are not sent, because there is no connection. */
  readonly waiting: number;
  /** They were sent. */
  readonly unanswered: number;
}
