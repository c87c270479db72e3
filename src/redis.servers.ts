import type { Cluster, Redis } from 'ioredis';

/** The servers that hold the data: one, or of a Cluster every primary. What is asked without a key goes to any node there. */
export function serversOf(client: Redis | Cluster): Redis[] {
  // By its own word: it may come from another copy of ioredis.
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}
