import { Cluster, type Redis } from 'ioredis';
import { ClusterShards } from './cluster.shards.js';
import { readyNode } from './ready.node.js';

/** What a failed connection and a node that is not the right one have in common: the write is asked for again. */
export class NodeLostError extends Error {
  override readonly name = 'NodeLostError';
}

/** Nothing that is kept may be called so: a user's list is `sess-user:{<userId>}`, and somebody may have any id. */
const SUFFIX = ':barrier';

/** Finds the connection to the node that serves a key; without a Cluster there is one. */
export class DurableNodes {
  private readonly shards: ClusterShards | undefined;

  constructor(private readonly client: Redis | Cluster) {
    this.shards = client instanceof Cluster ? new ClusterShards(client) : undefined;
  }

  /** The name of the node that serves a key; `''` without a Cluster, or if it is not known. */
  nameOf(key: string): string {
    return this.shards?.of(key) ?? '';
  }

  /** The connection to a node, ready. @throws NodeLostError */
  async connected(name: string): Promise<Redis> {
    const { client } = this;
    const isCluster = client instanceof Cluster;
    const node = isCluster ? this.shards?.connectionTo(name) : client;
    if (isCluster && node !== undefined) await readyNode(node).catch(() => undefined);
    if (node?.status !== 'ready') throw new NodeLostError('There is no connection to the node.');
    return node;
  }

  /** After a failure: which node serves what may have changed. */
  lookAgain(): void {
    if (this.client instanceof Cluster && this.client.status === 'ready') this.client.refreshSlotsCache();
  }

  /**
   * A key beside another one that the same node serves, whatever happens to the other one's slot: while that moves to another node, only
   * keys that it holds already can be written in it.
   */
  keyBeside(key: string, name: string): string {
    const [head = key] = key.split('{', 1);
    // The same start, so that an ACL that allows the one allows the other.
    const start = head.slice(0, head.lastIndexOf(':') + 1) || head;
    for (let tries = 0; this.shards !== undefined && tries < 1_000; tries++) {
      const beside = `${start}{wait-${tries}}${SUFFIX}`;
      if (this.shards.of(beside) === name) return beside;
    }
    return `${start}{wait}${SUFFIX}`;
  }
}
