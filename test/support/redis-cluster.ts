import { afterAll, beforeAll } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { type RedisServer, startRedis, type StartRedisOptions } from 'redis-anywhere';

const SLOTS = [
  [0, 5_460],
  [5_461, 10_922],
  [10_923, 16_383],
] as const;

/** A Cluster of three primaries for a test file, and a client for it. */
export interface TestCluster {
  readonly cluster: Cluster;
}

/** Starts three real Redis servers and makes them one Cluster. */
export function useRedisCluster(): TestCluster {
  let servers: RedisServer[] = [];
  let cluster: Cluster;
  beforeAll(async () => {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
    servers = await Promise.all(SLOTS.map(() => startLocally({ args, onProgress: () => undefined })));
    const ports = servers.map(({ url }) => Number(new URL(url).port));
    const nodes = ports.map((port) => new Redis(port, '127.0.0.1'));
    await Promise.all(
      nodes.map((node, index) => node.call('CLUSTER', 'ADDSLOTSRANGE', ...SLOTS[index]!.map(String))),
    );
    for (const port of ports.slice(1)) await nodes[0]!.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
    await until(async () => {
      const infos = await Promise.all(nodes.map((node) => node.call('CLUSTER', 'INFO')));
      return infos.every(
        (info) => /cluster_state:ok/.test(String(info)) && /cluster_size:3/.test(String(info)),
      );
    });
    for (const node of nodes) node.disconnect();
    cluster = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })));
    cluster.on('error', () => undefined);
    await until(async () => cluster.status === 'ready' && cluster.nodes('master').length === 3);
  }, 60_000);
  afterAll(async () => {
    cluster?.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  });
  return {
    get cluster() {
      return cluster;
    },
  };
}

/**
 * A server that is a process of this machine: the addresses that nodes tell each other must hold for the tests, too. Its port is below
 * 22768, so that the bus, 10000 above it, stays below the ports for outgoing connections.
 */
async function startLocally(options: StartRedisOptions): Promise<RedisServer> {
  let failure: unknown;
  for (const via of ['path', 'path', 'path', 'debian-package'] as const) {
    try {
      return await startRedis({ ...options, via, port: 11_000 + Math.floor(Math.random() * 11_000) });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}
