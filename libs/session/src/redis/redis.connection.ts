import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import {
  type Milliseconds,
  minutes,
  seconds,
  SessionEvents,
  StoreUnavailableError,
} from '../common/index.js';
import { revive } from './client.revival.js';
import type { Durability } from './durability.options.js';
import type { RedisCommand } from './durable.batch.js';
import { DurableWrites } from './durable.writes.js';
import type { CallLimits, CallQueue } from './call.limits.js';
import { Gate } from './gate.js';
import { type LuaScript, runScript } from './lua.script.js';
import { createClient } from './redis.client.js';
import { explainFailure, isBadCertificate, isReplyError, kindOfFailure } from './redis.failures.js';
import type { ResolvedRedisOptions } from './redis.options.js';
import { findStartProblem } from './start.problem.js';

/** How long the application waits for Redis at its start, so that both may be started at the same moment. */
const START_WAIT: Milliseconds = seconds(3);

/**
 * The one connection to Redis that all rooms share. ioredis multiplexes: thousands of requests share one socket, so a pool
 * would add nothing.
 *
 * ioredis by itself bounds nothing (what timed out stays queued and runs later), so every call passes a gate that
 * knows the call's deadline.
 */
export class RedisConnection implements OnModuleInit, OnApplicationShutdown {
  readonly client: Redis | Cluster;
  private readonly gate: Gate;
  private readonly durable: DurableWrites | undefined;
  private readonly owned: boolean;
  private lastError: unknown;
  private down = false;
  private refusal = { reason: '', at: 0 };
  private closing = false;

  constructor(
    private readonly options: ResolvedRedisOptions,
    private readonly events: SessionEvents,
  ) {
    this.owned = options.client === undefined;
    this.client = options.client ?? createClient(options);
    this.gate = new Gate(this.client, options.maxWait, this.onSign, this.onRefused);
    const { durability } = options;
    this.durable = durability && new DurableWrites(options, durability);
    if (this.owned) revive(this.client, () => !this.closing);
    // An 'error' event that nobody listens to ends the process.
    this.client.on('error', this.onError);
    // Not 'close': an application that closes its own client has no outage.
    this.client.on('reconnecting', this.onClose);
    this.client.on('ready', this.onReady);
  }

  /** The longest that one call may take, in milliseconds. */
  get maxWait(): Milliseconds {
    return this.options.maxWait;
  }

  /** The calls that are not settled at this moment, those that wait for replicas included. */
  get queue(): CallQueue {
    const [queue, durable] = [this.gate.queue, this.durable?.queue];
    if (durable === undefined) return queue;
    return {
      waiting: queue.waiting + durable.waiting,
      unanswered: queue.unanswered + durable.unanswered,
    };
  }

  /**
   * Connects, and waits until Redis answers.
   *
   * @throws StoreUnavailableError when it does not within 3 seconds, or refuses, unless `startWithout` is set
   */
  async open(): Promise<void> {
    this.durable?.open();
    if (this.client.status === 'wait') this.client.connect().catch(() => undefined);
    if (this.options.startWithout) return;
    const isRefused = (): boolean =>
      isBadCertificate(this.lastError) ||
      (this.lastError !== undefined && kindOfFailure(this.lastError) === 'refused');
    try {
      await this.gate.ready(START_WAIT, isRefused);
    } catch {
      const { message, cause } = await findStartProblem(this.client, this.options, this.lastError);
      await this.close();
      throw new StoreUnavailableError(message, { cause });
    }
  }

  /**
   * Runs one command within `redis.maxWait`.
   *
   * `repeatable` says that running it twice does no harm, so that a lost connection is ridden out by asking again.
   *
   * @throws StoreUnavailableError when there is no answer in time or Redis refuses; the outcome may be unknown
   */
  run<T>(command: (client: Redis | Cluster) => Promise<T>, how: CallLimits): Promise<T> {
    return this.gate.run(() => command(this.client), how);
  }

  /** Runs a script like a command. */
  script(
    script: LuaScript,
    keys: readonly string[],
    args: readonly (string | number)[],
    how: CallLimits,
  ): Promise<unknown> {
    const [key = ''] = keys;
    // The whole script, because whether a server knows it is not known of one that is found only after a loss.
    if (this.isDurable(how))
      return this.runDurably(['eval', script.source, keys.length, ...keys, ...args], key, how);
    const limits = how.key === undefined ? { key, ...how } : how;
    return this.run((client) => runScript(client, script, keys, args), limits);
  }

  /** Runs one command on one key. */
  command([name, ...args]: RedisCommand, how: CallLimits & { key: string }): Promise<unknown> {
    if (this.isDurable(how)) return this.runDurably([name, ...args], how.key, how);
    return this.run((client) => client.call(name, ...args), how);
  }

  /** Which writes wait for how many replicas; `undefined` if none does. */
  get durability(): Durability | undefined {
    return this.durable?.durability;
  }

  /** Whether a write waits for replicas. */
  isDurable({ durable }: Pick<CallLimits, 'durable'>): boolean {
    const writes = durable && this.durable?.durability.writes;
    return writes === 'all' || (writes === 'login' && durable === 'login');
  }

  /** Closes the connection if this module opened it; answers under way still come in. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    await this.durable?.close();
    this.gate.close();
    if (!this.owned) {
      this.client.off('error', this.onError);
      this.client.off('reconnecting', this.onClose);
      this.client.off('ready', this.onReady);
      return;
    }
    if (this.client.status === 'ready') {
      // QUIT lets answers under way come in; a frozen Redis would never answer it.
      const quit = this.client.quit().catch(() => undefined);
      await Promise.race([quit, new Promise((resolve) => setTimeout(resolve, this.options.maxWait).unref())]);
    }
    if (this.client.status !== 'end') this.client.disconnect();
  }

  /** Called by Nest once all providers are made: an application that cannot be put together opens no connection. */
  onModuleInit(): Promise<void> {
    return this.open();
  }

  /** Called by Nest after the HTTP server has answered its last request. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  private readonly onError = (error: unknown): void => {
    this.lastError = error;
  };

  private readonly onClose = (): void => {
    if (!this.closing) this.reportDown(explainFailure(this.lastError ?? new Error()));
  };

  private readonly onSign = (isAnswering: boolean): void => {
    if (!isAnswering) this.reportDown('it is connected and does not answer.');
    else if (this.down) this.onReady();
  };

  private readonly onReady = (): void => {
    this.lastError = undefined;
    if (!this.down) return;
    this.down = false;
    this.events.emit({ type: 'store.recovered' });
  };

  private readonly onRefused = (error: unknown): void => {
    // A Cluster counts as connected while one of its nodes is there, so that nothing else tells of a lost one.
    if (isReplyError(error) || this.client.isCluster) this.reportRefusal(error);
  };

  private async runDurably(command: RedisCommand, key: string, { within }: CallLimits): Promise<unknown> {
    try {
      return await this.durable?.run(command, key, within);
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.reportRefusal(error.message, error.message);
      throw error;
    }
  }

  /** Redis is there and refuses, perhaps writes only (full, a replica). Once a minute, because nothing tells when it ends. */
  private reportRefusal(error: unknown, reason = explainFailure(error)): void {
    const { reason: last, at } = this.refusal;
    if (reason === last && performance.now() - at < minutes(1)) return;
    this.refusal = { reason, at: performance.now() };
    this.events.emit({ type: 'store.unavailable', reason });
  }

  /** Once an outage, not once a failed attempt: a log full of the same line hides the others. */
  private reportDown(reason: string): void {
    if (this.down) return;
    this.down = true;
    this.events.emit({ type: 'store.unavailable', reason });
  }
}
