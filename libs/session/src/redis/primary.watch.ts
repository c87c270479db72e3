import type { Cluster, Redis } from 'ioredis';
import { ClusterShards } from './cluster.shards.js';
import { isCluster } from './own.connection.js';

/** Changes of the primary that a connection lived through. */
export interface FailoversSeen {
  readonly count: number;
  /** When the last one was noticed, milliseconds since 1970; `undefined` without one. */
  readonly lastAt: number | undefined;
}

/**
 * Notices that another server has become the primary. It asks nothing: it compares where connections lead.
 *
 * - One server, or Sentinels: the connection was made anew, and leads to another address than before. A name that leads to several
 *   servers, such as that of a proxy, looks alike.
 * - Cluster: of the nodes that serve slots one has gone and another one has come. Which nodes are replicas is not looked at: a new Cluster
 *   does not tell. Slots that move from one primary to another are no failover.
 */
export class PrimaryWatch {
  private count = 0;
  private lastAt: number | undefined;
  private address: string | undefined;
  private primaries: ReadonlySet<string> = new Set();
  private readonly stopWatching: () => void;

  /** @param now milliseconds since 1970 */
  constructor(
    client: Redis | Cluster,
    private readonly now: () => number,
  ) {
    if (isCluster(client)) {
      const shards = new ClusterShards(client);
      this.primaries = new Set(shards.primaries().keys());
      const look = (): void => this.compareShards(shards);
      client.on('refresh', look);
      this.stopWatching = () => client.off('refresh', look);
    } else {
      const look = (): void => this.compareAddress(client);
      if (client.status === 'ready') look();
      client.on('ready', look);
      this.stopWatching = () => client.off('ready', look);
    }
  }

  get seen(): FailoversSeen {
    return { count: this.count, lastAt: this.lastAt };
  }

  /** Leaves the client, which may be the application's own, without a listener of this. */
  stop(): void {
    this.stopWatching();
  }

  private compareAddress(client: Redis): void {
    // "localhost" is either of them, from one connection to the next.
    const address = addressOf(client)?.replace(/^(::ffff:)?127\.[\d.]+:|^::1:/, 'localhost:');
    // Whoever reads from replicas is led to any of them.
    if (address === undefined || client.options.role === 'slave') return;
    if (this.address !== undefined && this.address !== address) this.note(1);
    this.address = address;
  }

  private compareShards(shards: ClusterShards): void {
    const before = this.primaries;
    this.primaries = new Set(shards.primaries().keys());
    const gone = [...before].filter((address) => !this.primaries.has(address));
    const come = [...this.primaries].filter((address) => !before.has(address));
    this.note(Math.min(gone.length, come.length));
  }

  private note(failovers: number): void {
    if (failovers === 0) return;
    this.count += failovers;
    this.lastAt = this.now();
  }
}

/** Where a connection really leads, `host:port`; `undefined` for a Unix socket, or if it leads nowhere. */
export function addressOf({ stream }: Redis): string | undefined {
  if (!('remoteAddress' in stream) || stream.remoteAddress === undefined) return undefined;
  return `${stream.remoteAddress}:${stream.remotePort}`;
}
