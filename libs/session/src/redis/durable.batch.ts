import type { Redis } from 'ioredis';
import { type Milliseconds, StoreUnavailableError } from '../common/index.js';
import type { Durability } from './durability.options.js';
import { type DurableNodes, NodeLostError } from './durable.nodes.js';
import { kindOfFailure, messageOf } from './redis.failures.js';

/** One command as ioredis's `call` takes it. */
export type RedisCommand = readonly [name: string, ...args: (string | number)[]];

/** A write that waits to be sent. */
export interface DurableWrite {
  readonly command: RedisCommand;
  readonly key: string;
  /** On the clock of `performance.now()`; what was not sent by then is not sent any more. */
  readonly giveUpAt: number;
  /** Told what the server answered, which does not count yet. */
  answered(value: unknown): void;
  settle(result: { value: unknown } | { error: unknown }): void;
}

/** A frozen node is noticed by a connection that is silent for longer than that, so no single WAIT may last as long. */
const WAIT_AT_ONCE: Milliseconds = 200;
const MOST_IN_A_BATCH = 1_000;
/** A write that leaves nothing. WAIT speaks of what its own connection wrote last, and a repeated write may write nothing. */
const BARRIER = "redis.call('SET', KEYS[1], '') redis.call('DEL', KEYS[1])";

/**
 * The writes of one node, in batches: all of them, a barrier and one WAIT in one pipeline. What comes meanwhile makes up the next batch,
 * because a connection that waits serves nobody.
 *
 * The writes, the barrier and WAIT must have met the same server: behind a lost connection there may be another one, whose replicas know
 * nothing of what the former confirmed. One connection is one server, and ioredis is told to send nothing again by itself: what was
 * under way when it was lost fails, and is asked for again as a whole.
 */
export class DurableBatches {
  private readonly waiting: DurableWrite[] = [];
  private work: Promise<void> | undefined;

  constructor(
    private readonly nodes: DurableNodes,
    private readonly name: string,
    private readonly durability: Durability,
  ) {}

  /** Whether nothing is waiting or under way. */
  get isIdle(): boolean {
    return this.work === undefined;
  }

  /** Settles when nothing is waiting or under way any more. */
  async idle(): Promise<void> {
    await this.work;
  }

  add(write: DurableWrite): void {
    this.waiting.push(write);
    this.work ??= this.run();
  }

  private async run(): Promise<void> {
    // What is asked within this turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const now = performance.now();
      const batch = this.waiting.splice(0, MOST_IN_A_BATCH).filter(({ giveUpAt }) => giveUpAt > now);
      if (batch.length === 0) continue;
      try {
        await this.send(batch);
      } catch (error) {
        this.nodes.lookAgain();
        batch.forEach((write) => write.settle({ error }));
      }
    }
    // At once and not when this promise has settled: what comes in between would wait for nobody.
    this.work = undefined;
  }

  /** @param isAsking for a node that takes over the slot of these writes and does not serve it for others yet */
  private async send(batch: readonly DurableWrite[], name = this.name, isAsking = false): Promise<void> {
    const { replicas, timeout } = this.durability;
    const node = await this.nodes.connected(name);
    const giveUpAt = Math.min(performance.now() + timeout, Math.max(...batch.map((write) => write.giveUpAt)));
    const waitFor = (): Milliseconds =>
      Math.max(1, Math.min(WAIT_AT_ONCE, Math.round(giveUpAt - performance.now())));
    const pipeline = node.pipeline();
    for (const { command } of batch) (isAsking ? pipeline.asking() : pipeline).call(...command);
    pipeline.eval(BARRIER, 1, this.nodes.keyBeside(batch[0]?.key ?? '', name)).wait(replicas, waitFor());
    const replies = (await pipeline.exec()) ?? [];
    const answers = replies.filter((_, place) => !isAsking || place % 2 === 1);
    batch.forEach((write, place) => write.answered(answers[place]?.[1]));
    let have = confirmed(replies.at(-2), replies.at(-1));
    while (have < replicas && performance.now() < giveUpAt) {
      have = confirmed(undefined, await replyOf(node, replicas, waitFor()));
    }
    const refusal = new StoreUnavailableError(
      `${have} of ${replicas} replicas confirmed a write within ${Math.round(timeout)} ms; it could be lost with the primary.`,
    );
    await Promise.all(
      batch.map(async (write, place) => {
        const [error, value] = answers[place] ?? [lost()];
        if (error === null) write.settle(have < replicas ? { error: refusal } : { value });
        else if (!isElsewhere(error)) write.settle({ error });
        else await this.followed(write, error, isAsking);
      }),
    );
  }

  /** Sends a write to the node that takes over its slot; one whose slot has moved already is asked for again. */
  private async followed(write: DurableWrite, error: unknown, isAsking: boolean): Promise<void> {
    const target = /^ASK \d+ (\S+)/.exec(messageOf(error))?.[1];
    try {
      if (target === undefined || isAsking) throw lost();
      await this.send([write], target, true);
    } catch (cause) {
      this.nodes.lookAgain();
      write.settle({ error: cause });
    }
  }
}

type Reply = readonly [Error | null, unknown?];

async function replyOf(node: Redis, replicas: number, timeout: Milliseconds): Promise<Reply> {
  return node.wait(replicas, timeout).then(
    (value) => [null, value] as const,
    (error: Error) => [error] as const,
  );
}

/** How many replicas have it. @throws what went wrong, as something that may be asked for again where it may */
function confirmed(barrier: Reply | undefined, wait: Reply | undefined): number {
  for (const [error] of [barrier ?? ([null] as const), wait ?? ([lost()] as const)]) {
    if (error === null) continue;
    // A primary that became a replica meanwhile.
    const isForNow = isElsewhere(error) || messageOf(error).includes('replica instances');
    throw isForNow || kindOfFailure(error) === 'connection-lost' ? lost() : error;
  }
  return Number(wait?.[1]);
}

/** Whether another node of the Cluster serves this. */
const isElsewhere = (error: unknown): boolean => /^(MOVED|ASK) /.test(messageOf(error));

const lost = (): NodeLostError => new NodeLostError('The node was lost, or is not the right one any more.');
