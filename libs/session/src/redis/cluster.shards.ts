import { type Cluster, Command, type Redis } from 'ioredis';
import { readyNode } from './ready.node.js';

/**
 * Tells which node of a Cluster serves a key, so that calls can be counted by node: those that wait for a lost one must not take the
 * places of calls to the others.
 */
export class ClusterShards {
  /** Slot -> addresses, the primary first. ioredis keeps one array and changes it in place; it has no public way to it. */
  private readonly slots: unknown;

  constructor(private readonly cluster: Cluster) {
    this.slots = Reflect.get(cluster, 'slots');
  }

  /** The address of the primary of a key's slot, or `''` if that is not known. */
  of(key: string): string {
    const slot = new Command('get', [key], { keyPrefix: this.cluster.options.keyPrefix }).getSlot();
    const nodes: unknown = Array.isArray(this.slots) ? this.slots[slot] : undefined;
    const primary: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
    return typeof primary === 'string' ? primary : '';
  }

  /** The connection to a primary, by the address that {@link of} gave; `undefined` if ioredis has none. */
  connectionTo(address: string): Redis | undefined {
    return this.cluster.nodes('master').find(({ options: { host, port } }) => `${host}:${port}` === address);
  }

  /**
   * What a command for a key has to wait for, see {@link readyNode}; `undefined` if it would be sent at once.
   *
   * @param address what {@link of} gave for the key
   */
  connecting(key: string, address: string): Promise<void> | undefined {
    // Whoever reads from replicas is led to any of them.
    if (address === '' || this.cluster.options.scaleReads !== 'master') return undefined;
    const node = this.connectionTo(address);
    if (node === undefined) return this.connectAnew(key);
    return node.status === 'ready' ? undefined : readyNode(node);
  }

  /** After a connection went. ioredis would ask any other node, and whoever that one names may be a node that is not connected to either. */
  private async connectAnew(key: string): Promise<void> {
    await new Promise<void>((resolve) => this.cluster.refreshSlotsCache(() => resolve()));
    const node = this.connectionTo(this.of(key));
    if (node !== undefined) await readyNode(node);
  }

  /** Every primary that serves slots, as far as is known: its address, and how many of the 16,384 slots. */
  primaries(): Map<string, number> {
    const primaries = new Map<string, number>();
    const slots: readonly unknown[] = Array.isArray(this.slots) ? this.slots : [];
    for (const nodes of slots) {
      const primary: unknown = Array.isArray(nodes) ? nodes[0] : undefined;
      if (typeof primary === 'string') primaries.set(primary, (primaries.get(primary) ?? 0) + 1);
    }
    return primaries;
  }
}
