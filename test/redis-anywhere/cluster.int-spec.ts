import { afterAll, describe, expect } from '@jest/globals';
import { Cluster } from 'ioredis';
import { type RedisCluster, startCluster, type StartTopologyOptions } from 'redis-anywhere';
import { anyBinary, eventually, itIf, onlyLocal, quiet } from './available.ways.js';
import { answers, isAlive, withClient } from './redis.peer.js';

const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const noPartitions = noBinary ?? (process.platform === 'linux' ? undefined : 'partitions need Linux');
const local: StartTopologyOptions = { env: onlyLocal(binary), onProgress: quiet };

describe('startCluster', () => {
  let cluster: RedisCluster;
  afterAll(() => cluster?.stop());

  itIf(noBinary, 'serves every slot, and asks for the password that was chosen', async () => {
    cluster = await startCluster({ ...local, password: 'p"w' });
    const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }));
    const client = new Cluster(nodes, { redisOptions: { password: 'p"w' } });
    const keys = Array.from({ length: 50 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => client.set(key, key)));
    const owners = new Set(await Promise.all(keys.map((key) => cluster.primaryOf(key))));
    expect(owners.size).toBe(3);
    expect((await cluster.primaries()).map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3']);
    client.disconnect();
    expect(await answers(`redis://${nodes[0]?.host}:${nodes[0]?.port}`)).toBe(false);
  });

  itIf(noBinary, 'gives a killed primary a successor and serves the other slots meanwhile', async () => {
    const first = await cluster.primaryOf('key-1');
    const elsewhere = await cluster.primaryOf('key-2');
    expect(elsewhere).not.toBe(first);
    const [replica] = await cluster.replicasOf(first);
    await cluster.kill(first);
    expect(await withClient(elsewhere.url, (peer) => peer.set('key-2', 'during'))).toBe('OK');
    await eventually('a successor', async () => (await cluster.primaryOf('key-1')) === replica);
    expect(await withClient(replica!.url, (peer) => peer.get('key-1'))).toBe('key-1');
    const primaries = await cluster.primaries();
    expect([primaries.length, primaries.includes(first), primaries.includes(replica!)]).toEqual([
      3,
      false,
      true,
    ]);
    await cluster.restart(first);
    await cluster.settled();
    expect(await cluster.replicasOf(replica!)).toEqual([first]);
  });

  itIf(noBinary, 'leaves no process after stop', async () => {
    const pids = cluster.nodes.map(({ pid }) => pid ?? 0);
    expect(pids.map(isAlive)).toEqual(pids.map(() => true));
    await cluster.stop();
    expect(pids.map(isAlive)).toEqual(pids.map(() => false));
  });
});

describe('partition', () => {
  let cluster: RedisCluster;
  afterAll(() => cluster?.stop());

  itIf(
    noPartitions,
    'of a primary: the others choose its successor, and it comes back as a replica',
    async () => {
      cluster = await startCluster({ ...local, partitions: true });
      const first = await cluster.primaryOf('here');
      const [replica] = await cluster.replicasOf(first);
      await cluster.partition([first]);
      expect(await answers(first.url)).toBe(false);
      const hasRole = (url: string, role: string) =>
        withClient(url, async (peer) => (await peer.role())[0] === role);
      await eventually('a successor', () => hasRole(replica!.url, 'master'));
      await cluster.heal();
      await eventually('the old primary as a replica', () => hasRole(first.url, 'slave'));
    },
  );
});
