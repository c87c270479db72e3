import { afterAll, beforeAll } from '@jest/globals';
import { Cluster } from 'ioredis';
import { type RedisCluster, startCluster } from 'redis-anywhere';

/** A Cluster of three primaries and their replicas for a test file, and a client for it. */
export interface TestCluster {
  readonly servers: RedisCluster;
  readonly cluster: Cluster;
}

/** Nodes are processes of this machine, whatever way the single server of other tests takes. */
export const nodesHere = {
  env: { ...process.env, REDIS_VIA: undefined },
  onProgress: () => undefined,
};

/** Starts a real Redis Cluster. */
export function useRedisCluster(): TestCluster {
  let servers: RedisCluster;
  let cluster: Cluster;
  beforeAll(async () => {
    servers = await startCluster(nodesHere);
    cluster = new Cluster(servers.nodes.map(({ host, port }) => ({ host, port })));
    cluster.on('error', () => undefined);
    await until(async () => cluster.status === 'ready' && cluster.nodes('master').length === 3);
  }, 60_000);
  afterAll(async () => {
    cluster?.disconnect();
    await servers?.stop();
  });
  return {
    get servers() {
      return servers;
    },
    get cluster() {
      return cluster;
    },
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
