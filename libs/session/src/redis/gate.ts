import { Cluster, Redis } from 'ioredis';
import { type Milliseconds, StoreUnavailableError } from '../common/index.js';
import { AnswerTimer } from './answer.timer.js';
import type { CallLimits, CallQueue } from './call.limits.js';
import { ClusterShards } from './cluster.shards.js';
import { NotSentError } from './ready.node.js';
import { explainFailure, kindOfFailure } from './redis.failures.js';

/** Calls that may wait for a connection, or on one node be without an answer, at one time; more are refused at once. */
const MOST_CALLS = 10_000;
/** Pause before Redis is asked again after it said "not now"; it doubles up to the second one while that goes on. */
const PAUSE: Milliseconds = 25;
const LONGEST_PAUSE: Milliseconds = 100;

/** Calls that are sent together. Redis works on them while the next ones are being made; with more of them it would wait. */
const AT_ONE_TIME = 16;

/** How many calls are sent and without an answer. */
interface CallCount {
  calls: number;
}

/** A call on its way through the gate. */
interface GatedCall<T> {
  readonly command: () => Promise<T>;
  readonly limits: CallLimits;
  /** By a clock that nobody sets. */
  readonly deadline: Milliseconds;
  /** Before it is asked again. */
  pause: Milliseconds;
}

/**
 * Stands before ioredis and gives every call a deadline and all calls together a bound.
 *
 * A call whose deadline passes before it was sent is dropped, so nothing piles up while Redis is away and nothing old runs
 * when it returns. A call that was sent and got no answer in time is given up (`AnswerTimer`); it still counts until ioredis settles
 * it, because it still occupies memory.
 */
export class Gate {
  /** Calls without an answer, by the node of a Cluster that they are for. */
  private readonly calls = new Map<string, CallCount>();
  /** The same of a single server. */
  private readonly single: CallCount = { calls: 0 };
  private readonly shards: ClusterShards | undefined;
  private closed = false;
  /** Calls of this turn of the event loop. */
  private gathered = 0;
  private corked: Redis['stream'] | undefined;
  private readonly waiting = new Set<() => void>();
  /** When the connection was lost that is not there yet; by a clock that nobody sets. */
  private lostAt: number | undefined;

  constructor(
    private readonly client: Redis | Cluster,
    private readonly maxWait: Milliseconds,
    /** Told whether Redis answers at all: a frozen one keeps its connections open and says nothing. */
    private readonly onSign: (isAnswering: boolean) => void = () => undefined,
    /** Told why a call was given up that Redis, or the connection to it, did not carry out. */
    private readonly onRefused: (error: unknown) => void = () => undefined,
  ) {
    this.shards = client instanceof Cluster ? new ClusterShards(client) : undefined;
    client.on('ready', this.wake);
    client.on('close', this.lose);
  }

  /** How many calls wait for the connection, and how many were sent and have no answer. */
  get queue(): CallQueue {
    const unanswered = [...this.calls.values()].reduce((sum, { calls }) => sum + calls, this.single.calls);
    return { waiting: this.waiting.size, unanswered };
  }

  /** Runs `command` once the connection is ready, and again after a failure that makes this safe, until the deadline. */
  run<T>(command: () => Promise<T>, limits: CallLimits): Promise<T> {
    const { within = this.maxWait, refusedAtOnce = false } = limits;
    if (refusedAtOnce && this.isLongAway())
      return Promise.reject(new StoreUnavailableError('There is no connection to Redis.'));
    const deadline = performance.now() + Math.min(within, this.maxWait);
    const call: GatedCall<T> = { command, limits, deadline, pause: PAUSE };
    return this.client.status === 'ready' ? this.attempt(call) : this.attemptOnceReady(call);
  }

  private async attemptOnceReady<T>(call: GatedCall<T>): Promise<T> {
    await this.ready(call.deadline - performance.now());
    return this.attempt(call);
  }

  /** After a failure: asks again where that is safe and there is time. */
  private async again<T>(error: unknown, call: GatedCall<T>): Promise<T> {
    if (error instanceof StoreUnavailableError) throw error;
    const { limits, deadline, pause } = call;
    const kind = kindOfFailure(error);
    if (kind === 'faulty') throw error;
    const isSafe = kind === 'refused-for-now' || (kind === 'connection-lost' && limits.repeatable);
    if (!isSafe || deadline - performance.now() <= pause) {
      this.onRefused(error);
      throw new StoreUnavailableError(`Redis did not carry out a command: ${explainFailure(error)}`, {
        cause: error,
      });
    }
    // Without a pause, a connection that fails at once but still counts as ready would be asked in a tight loop.
    if (this.client.status === 'ready') await new Promise((resolve) => setTimeout(resolve, pause));
    call.pause = Math.min(pause * 2, LONGEST_PAUSE);
    return this.client.status === 'ready' ? this.attempt(call) : this.attemptOnceReady(call);
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
    this.client.off('close', this.lose);
  }

  private readonly lose = (): void => {
    this.lostAt ??= performance.now();
  };

  private isLongAway(): boolean {
    return this.lostAt !== undefined && performance.now() - this.lostAt > this.maxWait;
  }

  private readonly wake = (): void => {
    if (this.client.status === 'ready') this.lostAt = undefined;
    for (const look of [...this.waiting]) look();
  };

  /**
   * Lets what is asked within one turn of the event loop leave in few writes to the socket: ioredis makes one for each command, and under
   * load these system calls are what a call costs most. A call that is alone is not held back.
   */
  private gather(): void {
    const { client } = this;
    if (!(client instanceof Redis) || this.single.calls === 1) return;
    if (this.gathered++ === 0) {
      const { stream } = client;
      this.corked = stream;
      stream.cork();
      setImmediate(() => {
        this.gathered = 0;
        this.corked = undefined;
        stream.uncork();
      });
    } else if (this.gathered % AT_ONE_TIME === 0) {
      // Not `client.stream`: it may be another one by now.
      this.corked?.uncork();
      this.corked?.cork();
    }
  }

  private attempt<T>(call: GatedCall<T>): Promise<T> {
    const { isBatch = false, key } = call.limits;
    const within = call.deadline - performance.now();
    // By where it is sent now: a failover may move the key while the call is under way.
    const shard = key === undefined ? undefined : this.shards?.of(key);
    const node = shard === undefined ? this.single : (this.calls.get(shard) ?? { calls: 0 });
    if (node.calls >= MOST_CALLS) {
      return Promise.reject(
        new StoreUnavailableError(
          `${MOST_CALLS} calls to Redis are without an answer; this one was not sent.`,
        ),
      );
    }
    node.calls++;
    if (shard !== undefined) this.calls.set(shard, node);
    return new Promise<T>((resolve, reject) => {
      let connecting =
        key === undefined || shard === undefined ? undefined : this.shards?.connecting(key, shard);
      let isGivenUp = false;
      const giveUp = (): void => {
        isGivenUp = true;
        // A call that spent its time waiting for a connection says nothing about the one it got at last.
        if (within > this.maxWait * 0.9) this.onSign(false);
        const waited = Math.round(within);
        const what =
          connecting === undefined
            ? `Redis did not answer within ${waited} ms. The outcome is unknown.`
            : `There was no connection to a node of the Cluster within ${waited} ms.`;
        reject(new StoreUnavailableError(what));
      };
      const timer = new AnswerTimer(giveUp, within, this.maxWait / 4);
      const settle = (): void => {
        node.calls--;
        // Nodes come and go, so that their names must not stay.
        if (shard !== undefined && node.calls === 0) this.calls.delete(shard);
        timer.cancel();
      };
      if (!isBatch) this.gather();
      const sent =
        connecting === undefined
          ? call.command()
          : connecting.then(() => {
              if (isGivenUp) throw new NotSentError('Nobody waits for it any more.');
              connecting = undefined;
              return call.command();
            });
      sent.then(
        (value) => {
          settle();
          this.onSign(true);
          resolve(value);
        },
        (error: unknown) => {
          settle();
          // Nobody waits any more, nor would anybody hear why it fails a second time.
          if (!isGivenUp) resolve(this.again(error, call));
        },
      );
    });
  }
}
