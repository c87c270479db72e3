import type { Cluster, Redis } from 'ioredis';
import { type Milliseconds, StoreUnavailableError } from '../common/index.js';
import { explainFailure, kindOfFailure } from './redis.failures.js';

/** Calls that may wait for a connection or be without an answer at one time; more are refused at once. */
const MOST_CALLS = 10_000;
/** Pause before Redis is asked again after it said "not now". */
const PAUSE: Milliseconds = 25;

/** What a caller says about one call. */
export interface CallLimits {
  /** Running it twice does no harm, so that a lost connection is ridden out by asking again. */
  repeatable: boolean;
  /** What is left of the caller's own time, if that is less than `redis.maxWait`. */
  within?: Milliseconds;
}

/**
 * Stands before ioredis and gives every call a deadline and all calls together a bound.
 *
 * A call whose deadline passes before it was sent is dropped, so nothing piles up while Redis is away and nothing old runs
 * when it returns. A call that was sent and got no answer in time is given up; it still counts until ioredis settles
 * it, because it still occupies memory.
 */
export class Gate {
  private calls = 0;
  private closed = false;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly client: Redis | Cluster,
    private readonly maxWait: Milliseconds,
    /** Told whether Redis answers at all: a frozen one keeps its connections open and says nothing. */
    private readonly onSign: (isAnswering: boolean) => void = () => undefined,
  ) {
    client.on('ready', this.wake);
  }

  /** Runs `command` once the connection is ready, and again after a failure that makes this safe, until the deadline. */
  async run<T>(command: () => Promise<T>, { repeatable, within = this.maxWait }: CallLimits): Promise<T> {
    const deadline = performance.now() + Math.min(within, this.maxWait);
    for (;;) {
      if (this.client.status !== 'ready') await this.ready(deadline - performance.now());
      try {
        return await this.attempt(command, deadline - performance.now());
      } catch (error) {
        if (error instanceof StoreUnavailableError) throw error;
        const kind = kindOfFailure(error);
        if (kind === 'faulty') throw error;
        const again = kind === 'refused-for-now' || (kind === 'connection-lost' && repeatable);
        if (!again || deadline - performance.now() <= PAUSE) {
          throw new StoreUnavailableError(`Redis did not carry out a command: ${explainFailure(error)}`, {
            cause: error,
          });
        }
        // Without a pause, a connection that fails at once but still counts as ready would be asked in a tight loop.
        if (this.client.status === 'ready') await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
  }

  /**
   * Waits for the connection.
   *
   * @param giveUp asked at each sign of life, so that a refusal need not be waited out
   * @throws StoreUnavailableError when it is not ready in time
   */
  ready(within: Milliseconds, giveUp?: () => boolean): Promise<void> {
    if (this.client.status === 'ready') return Promise.resolve();
    if (this.closed || within <= 0 || this.waiting.size >= MOST_CALLS) {
      return Promise.reject(new StoreUnavailableError('There is no connection to Redis.'));
    }
    // A client that was made with `lazyConnect` connects at its first command, and the gate holds that back.
    if (this.client.status === 'wait') this.client.connect().catch(() => undefined);
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const isReady = this.client.status === 'ready';
        if (!isReady && !this.closed && giveUp?.() !== true) return;
        settle();
        if (isReady) resolve();
        else reject(new StoreUnavailableError('There is no connection to Redis.'));
      };
      const timer = setTimeout(() => {
        settle();
        reject(
          new StoreUnavailableError(`There was no connection to Redis within ${Math.round(within)} ms.`),
        );
      }, within);
      const settle = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        this.client.off('error', look);
      };
      this.waiting.add(look);
      if (giveUp !== undefined) this.client.on('error', look);
    });
  }

  /** Refuses every call from now on, those that wait for a connection included. */
  close(): void {
    this.closed = true;
    this.wake();
    this.client.off('ready', this.wake);
  }

  private readonly wake = (): void => {
    for (const look of [...this.waiting]) look();
  };

  private attempt<T>(command: () => Promise<T>, within: Milliseconds): Promise<T> {
    if (this.calls >= MOST_CALLS) {
      return Promise.reject(
        new StoreUnavailableError(
          `${MOST_CALLS} calls to Redis are without an answer; this one was not sent.`,
        ),
      );
    }
    this.calls++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => {
          // A call that spent its time waiting for a connection says nothing about the one it got at last.
          if (within > this.maxWait * 0.9) this.onSign(false);
          const waited = Math.round(this.maxWait);
          reject(
            new StoreUnavailableError(`Redis did not answer within ${waited} ms. The outcome is unknown.`),
          );
        },
        Math.max(within, 1),
      );
      command().then(
        (value) => {
          this.calls--;
          clearTimeout(timer);
          this.onSign(true);
          resolve(value);
        },
        (error: unknown) => {
          this.calls--;
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }
}
