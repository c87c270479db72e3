import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessKeeper } from './process.keeper.js';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import type { PartitionOptions, RedisNode, RedisTopology } from './start-topology.options.js';
import type { TopologyNode } from './topology.node.js';

interface TopologyParts {
  keeper: ProcessKeeper;
  nodes: readonly TopologyNode[];
  /** Whether a relay stands before the nodes. */
  partitions: boolean;
  startTimeout: number;
  description: string;
}

/** What Sentinel and Cluster have in common: nodes that can be killed, frozen and cut off. */
export abstract class TopologyNodes implements RedisTopology {
  readonly nodes: readonly TopologyNode[];
  readonly description: string;
  #stopping: Promise<void> | undefined;

  constructor(private readonly parts: TopologyParts) {
    this.nodes = parts.nodes;
    this.description = parts.description;
  }

  kill(node: RedisNode | string): Promise<void> {
    return this.node(node).kill();
  }

  pause(node: RedisNode | string): Promise<void> {
    return this.node(node).pause();
  }

  resume(node: RedisNode | string): Promise<void> {
    return this.node(node).resume();
  }

  async restart(node: RedisNode | string): Promise<void> {
    if (this.#stopping)
      throw new RedisAnywhereError('NOT_RUNNING', 'These nodes were stopped for good: start others.');
    await this.node(node).restart();
  }

  async partition(nodes: readonly (RedisNode | string)[], options: PartitionOptions = {}): Promise<void> {
    if (!this.parts.partitions) {
      throw new RedisAnywhereError(
        'BAD_OPTION',
        'These nodes talk to each other directly, so they cannot be cut off: start them with the option partitions: true.',
      );
    }
    const isolated = new Set(nodes.map((node) => this.node(node).name));
    const rest = this.nodes.map(({ name }) => name).filter((name) => !isolated.has(name));
    const { clients = 'rest' } = options;
    if (clients === 'isolated') isolated.add('client');
    if (clients === 'rest') rest.push('client');
    await this.parts.keeper.cut([...isolated].flatMap((one) => rest.map((other) => [one, other] as const)));
  }

  async heal(): Promise<void> {
    if (this.parts.partitions) await this.parts.keeper.cut([]);
  }

  async settled(): Promise<void> {
    const deadline = Date.now() + this.parts.startTimeout;
    for (;;) {
      const missing = await this.missing().catch((error: unknown) => reasonOf(error));
      if (missing === undefined) return;
      if (Date.now() > deadline) {
        const message = `The nodes did not find each other within ${this.parts.startTimeout} ms (startTimeout): ${missing}.`;
        throw new RedisAnywhereError('START_FAILED', message);
      }
      await delay(50);
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** What is still missing until all nodes that run have found each other, as a phrase; `undefined` if nothing is. */
  protected abstract missing(): Promise<string | undefined>;

  protected node(node: RedisNode | string): TopologyNode {
    const wanted = typeof node === 'string' ? node : node.name;
    const found = this.nodes.find(({ name }) => name === wanted);
    if (found) return found;
    const names = this.nodes.map(({ name }) => name).join(', ');
    throw new RedisAnywhereError('BAD_OPTION', `There is no node '${wanted}' here; there are ${names}.`);
  }

  /** Nobody needs their data any more, so they need not shut down in order. */
  async #stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.parts.keeper.end();
  }
}
