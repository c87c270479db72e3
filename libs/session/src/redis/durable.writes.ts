import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Milliseconds } from '../common/index.js';
import { revive } from './client.revival.js';
import type { Durability } from './durability.options.js';
import { DurableBatches, type DurableWrite, type RedisCommand } from './durable.batch.js';
import { DurableNodes } from './durable.nodes.js';
import type { CallQueue } from './call.limits.js';
import { Gate } from './gate.js';
import { isCluster } from './own.connection.js';
import { createClient } from './redis.client.js';
import type { ResolvedRedisOptions } from './redis.options.js';

/** A command that is repeated by ioredis itself, on another server perhaps, would have WAIT speak of nothing. */
const NOTHING_AGAIN = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
} satisfies RedisOptions;

/**
 * Writes that count once replicas have them. Over connections of their own: whatever stands behind a WAIT in the same connection waits
 * with it.
 *
 * Flow: run -> gate (deadline, once more after a loss) -> batches of the node -> pipeline with WAIT.
 */
export class DurableWrites {
  private readonly client: Redis | Cluster;
  private readonly gate: Gate;
  private readonly nodes: DurableNodes;
  private readonly batches = new Map<string, DurableBatches>();
  private isClosed = false;

  constructor(
    private readonly options: ResolvedRedisOptions,
    readonly durability: Durability,
  ) {
    this.client = options.client === undefined ? createClient(options) : likeIt(options.client);
    // Its failures are those of the calls; an 'error' event that nobody listens to ends the process.
    this.client.on('error', () => undefined);
    revive(this.client, () => !this.isClosed);
    this.gate = new Gate(this.client, options.maxWait);
    this.nodes = new DurableNodes(this.client);
  }

  /** The writes that are not settled at this moment. */
  get queue(): CallQueue {
    return this.gate.queue;
  }

  /** Connects, without waiting for it. */
  open(): void {
    if (this.client.status === 'wait') this.client.connect().catch(() => undefined);
  }

  /**
   * Runs one command, which may be run several times: what a loss left open is settled by its successor. Where that has nothing to say,
   * the answer is that of the lost one (of GETDEL what was there until now).
   *
   * @throws StoreUnavailableError when too few replicas confirmed it in time; it may have been carried out all the same
   */
  async run(
    command: RedisCommand,
    key: string,
    within: Milliseconds = this.options.maxWait,
  ): Promise<unknown> {
    const giveUpAt = performance.now() + Math.min(within, this.options.maxWait);
    let earlier: unknown = null;
    const answered = (value: unknown): unknown => (earlier = value ?? earlier);
    const value = await this.gate.run(() => this.send({ command, key, giveUpAt, answered }), {
      repeatable: true,
      within,
      key,
      isBatch: true,
    });
    return value ?? earlier;
  }

  /** Closes the connections once what is under way is done, after `redis.maxWait` at the latest. */
  async close(): Promise<void> {
    const isDone = Promise.all([...this.batches.values()].map((batches) => batches.idle()));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      isDone,
      new Promise((resolve) => (timer = setTimeout(resolve, this.options.maxWait))),
    ]);
    clearTimeout(timer);
    this.isClosed = true;
    this.gate.close();
    this.client.disconnect();
  }

  private send(write: Omit<DurableWrite, 'settle'>): Promise<unknown> {
    const name = this.nodes.nameOf(write.key);
    // Nodes come and go, so that their names must not stay.
    for (const [other, idle] of this.batches) if (other !== name && idle.isIdle) this.batches.delete(other);
    let batches = this.batches.get(name);
    if (batches === undefined)
      this.batches.set(name, (batches = new DurableBatches(this.nodes, name, this.durability)));
    return new Promise((resolve, reject) => {
      batches.add({
        ...write,
        settle: (result) => ('error' in result ? reject(result.error) : resolve(result.value)),
      });
    });
  }
}

/** Another client for the Redis of one that was given. */
function likeIt(client: Redis | Cluster): Redis | Cluster {
  if (!isCluster(client)) return client.duplicate(NOTHING_AGAIN);
  return client.duplicate(undefined, {
    ...client.options,
    lazyConnect: true,
    enableOfflineQueue: false,
    redisOptions: { ...client.options.redisOptions, autoResendUnfulfilledCommands: false },
  });
}
