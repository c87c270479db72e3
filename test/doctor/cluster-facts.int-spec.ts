import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Cluster } from 'ioredis';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import type { RedisNode } from 'redis-anywhere';
import { useRedisCluster } from '../support/redis-cluster.js';
import { at, connected, lookAt, lookBy, type Look } from './topology.look.js';

// Nodes are lost, missed and started again.
jest.setTimeout(90_000);
const test = useRedisCluster();
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const named = () => ({ cluster: test.servers.nodes.map(({ host, port }) => ({ host, port })) });

const look = (options: SessionRedisOptions = named()) => lookAt(options);

/** A setting of a node for the time of a test. */
async function set(node: RedisNode, name: string, value: string): Promise<void> {
  const [, before = ''] = await at(node, (client) => client.config('GET', name));
  await at(node, (client) => client.config('SET', name, value));
  undo.push(() => at(node, (client) => client.config('SET', name, before)));
}

const addressOf = ({ host, port }: RedisNode) => `${host}:${port}`;

describe('what the nodes of a Cluster say of themselves', () => {
  it('is read from every primary, although the client was given one node', async () => {
    const [first] = named().cluster;
    const { facts, codes } = await look({ cluster: [first!] });
    expect(facts).toMatchObject({ topology: 'cluster', readsReplicas: false, unreadable: [] });
    const primaries = await test.servers.primaries();
    expect(facts.servers.map(({ address }) => address).toSorted()).toEqual(
      primaries.map(addressOf).toSorted(),
    );
    for (const server of facts.servers) {
      expect(server).toMatchObject({
        isReplica: false,
        replicas: 1,
        isPersistent: true,
        cluster: { isUp: true, servedSlots: 16_384, needsAllSlots: false },
      });
    }
    expect(codes).toEqual([]);
  });

  it.each([
    ['maxmemory-policy', 'allkeys-lru', 'REDIS_EVICTS_SESSIONS'],
    ['appendonly', 'no', 'REDIS_NO_PERSISTENCE'],
  ])('shows the one primary whose %s is %s', async (name, value, code) => {
    // One after the other, so that none of them can stand for all.
    for (const primary of await test.servers.primaries()) {
      await set(primary, name, value);
      const { findings, codes } = await look();
      expect(codes).toEqual([code]);
      expect(findings[0]!.message).toMatch(new RegExp(`^${addressOf(primary)}: `));
      await undo.pop()!();
    }
  });

  it('shows that one lost shard would stop all', async () => {
    const [primary] = await test.servers.primaries();
    await set(primary!, 'cluster-require-full-coverage', 'yes');
    expect((await look()).codes).toEqual(['CLUSTER_FULL_COVERAGE']);
  });

  it('shows a primary without a replica, and one that is gone with its replica', async () => {
    const [, second] = await test.servers.primaries();
    const [replica] = await test.servers.replicasOf(second!);
    undo.push(async () => {
      for (const each of [second!, replica!]) await test.servers.restart(each);
      await test.servers.settled();
    });
    await test.servers.kill(replica!);
    const alone = await look();
    expect(alone.codes).toEqual(['REDIS_NO_REPLICA']);
    expect(alone.findings[0]!.message).toMatch(new RegExp(`^${addressOf(second!)}: `));
    await test.servers.kill(second!);
    // Until the other two have missed it.
    let found: Look['findings'];
    do found = (await look()).findings;
    while (!found.some(({ code }) => code === 'CLUSTER_SLOTS_MISSING'));
    expect(found.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error CLUSTER_SLOTS_MISSING']);
    expect(found[0]!.message).toMatch(/^5,46\d of 16,384 slots are served by nobody/);
  });

  it('shows a Cluster that has stopped as a whole', async () => {
    const [, second] = await test.servers.primaries();
    const [replica] = await test.servers.replicasOf(second!);
    for (const node of test.servers.nodes) await set(node, 'cluster-require-full-coverage', 'yes');
    const settings = undo.splice(0);
    undo.push(async () => {
      for (const each of [second!, replica!]) await test.servers.restart(each);
      for (const step of settings) await step();
      await test.servers.settled();
    });
    // No new connection comes about once it has stopped, so an application sees it by the one that it has.
    const connection = await connected(named());
    undo.push(() => connection.close());
    await test.servers.kill(replica!);
    await test.servers.kill(second!);
    let codes: string[];
    do ({ codes } = await lookBy(connection));
    while (!codes.includes('CLUSTER_DOWN'));
    expect(codes).toEqual(['CLUSTER_DOWN', 'CLUSTER_SLOTS_MISSING', 'CLUSTER_FULL_COVERAGE']);
  });

  it('is not guessed where it is forbidden', async () => {
    // ioredis says that it cannot ask whether a node is still loading.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    undo.push(async () => jest.restoreAllMocks());
    for (const node of test.servers.nodes) {
      await at(node, (client) =>
        client.acl('SETUSER', 'few', 'on', '>word', '~*', '&*', '+@all', '-config', '-acl', '-info'),
      );
      undo.push(() => at(node, (client) => client.acl('DELUSER', 'few')));
    }
    const { facts, codes } = await look({ ...named(), username: 'few', password: 'word' });
    expect(facts.unreadable).toEqual([
      'INFO (version, memory, replicas)',
      'CONFIG GET save (whether it writes to disk)',
      'ACL GETUSER default (whether it asks everybody for a password)',
      'CONFIG GET cluster-require-full-coverage (whether one lost slot stops all)',
    ]);
    expect(codes).toEqual([]);
  });
});

describe('a client of the application', () => {
  it.each([
    ['slave' as const, true],
    ['all' as const, true],
    ['master' as const, false],
  ])('with scaleReads "%s" is found out if it reads from replicas', async (scaleReads, expected) => {
    const client = new Cluster(named().cluster, { scaleReads });
    client.on('error', () => undefined);
    undo.push(async () => client.disconnect());
    const { facts, codes } = await look({ client });
    expect(facts.readsReplicas).toBe(expected);
    expect(codes).toEqual(expected ? ['REDIS_READS_REPLICAS'] : []);
  });
});
