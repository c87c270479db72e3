import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { SessionEvents, type SessionRedisOptions } from 'nestjs-redis-session';
import { type RedisSentinel, startSentinel } from 'redis-anywhere';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { nodesHere, useRedisCluster } from '../support/redis-cluster.js';

/** What a connection with these options writes and reads. */
async function roundTrip(options: SessionRedisOptions): Promise<string | null> {
  const connection = new RedisConnection(resolveRedisOptions(options), new SessionEvents());
  try {
    await connection.open();
    const how = { repeatable: true };
    await connection.run((client) => client.set('key', 'value'), how);
    return await connection.run((client) => client.get('key'), how);
  } finally {
    await connection.close();
  }
}

describe('redis options that name Sentinels', () => {
  const passwords = { password: 'of-the-data', sentinelPassword: 'of-the-sentinels' };
  let sentinel: RedisSentinel;
  beforeAll(async () => {
    sentinel = await startSentinel({ ...nodesHere, ...passwords });
  }, 60_000);
  afterAll(() => sentinel?.stop());

  it('lead to the primary, with a password for Redis and another one for the Sentinels', async () => {
    const { name } = sentinel;
    const sentinels = sentinel.sentinels.map(({ host, port }) => `${host}:${port}`);
    expect(await roundTrip({ sentinels, name, ...passwords })).toBe('value');
    // One that is gone is passed over.
    expect(await roundTrip({ sentinels: ['127.0.0.1:1', ...sentinels], name, ...passwords })).toBe('value');
  });

  it.each(['the calls', 'the writes that wait for replicas'])(
    'lead on when they name a new primary in the moment in which they are asked for it: %s',
    async (which) => {
      const { name, sentinels } = sentinel;
      const durability = which === 'the calls' ? undefined : { replicas: 1 };
      const options = resolveRedisOptions({ sentinels, name, ...passwords, maxWait: 15_000, durability });
      const connection = new RedisConnection(options, new SessionEvents());
      try {
        await connection.open();
        const write = () =>
          connection.command(['set', 'key', which], { repeatable: true, durable: 'login', key: 'key' });
        expect(await write()).toBe('OK');
        const durable: object | undefined = Reflect.get(connection, 'durable');
        const client: Redis = durable === undefined ? connection.client : Reflect.get(durable, 'client');
        const ended = new Promise((resolve) => client.once('end', resolve));
        // What ioredis does at such an announcement, while it asks a Sentinel where to connect to.
        client.once('connecting', () => Reflect.get(client, 'connector').disconnect());
        client.stream.destroy();
        await ended;
        expect(await write()).toBe('OK');
      } finally {
        await connection.close();
      }
    },
    60_000,
  );

  it('are listened to while one of them is away, which is tried again each second: what nobody hears is printed each time', async () => {
    const { name, sentinels } = sentinel;
    const gone = { host: '127.0.0.1', port: 1 };
    const options = resolveRedisOptions({ sentinels: [...sentinels, gone], name, ...passwords });
    const connection = new RedisConnection(options, new SessionEvents());
    try {
      await connection.open();
      await once(connection.client, 'sentinelReconnecting');
      // Its errors themselves are of Node's realm, not of Jest's, and ioredis prints only those of its own.
      const { sentinels: heard } = Reflect.get(
        Reflect.get(connection.client, 'connector'),
        'failoverDetector',
      );
      expect(heard.map(({ client }: { client: Redis }) => client.listenerCount('error'))).toEqual([
        1, 1, 1, 1,
      ]);
    } finally {
      await connection.close();
    }
  }, 60_000);

  it('that are wrong end the start with a sentence that shows no password', async () => {
    const { name, sentinels } = sentinel;
    const wrong = { ...passwords, password: 'wrong-secret' };
    const refused = roundTrip({ sentinels, name, ...wrong });
    await expect(refused).rejects.toThrow(/'mymaster' that the Sentinels name cannot be used: .*password/);
    await expect(refused).rejects.not.toThrow(/wrong-secret/);
  });

  it('with a natMap, lead to where the primary is from here', async () => {
    const primary = await sentinel.primary();
    const seen: string[] = [];
    const natMap = (address: string) => {
      seen.push(address);
      return null;
    };
    const { name, sentinels } = sentinel;
    expect(await roundTrip({ sentinels, name, natMap, ...passwords })).toBe('value');
    expect(seen).toContain(`127.0.0.1:${primary.port}`);
  });
});

describe('redis options that name a Cluster', () => {
  const redis = useRedisCluster();

  it('lead to the node of each key, and learn the other nodes from one', async () => {
    const [{ host, port } = { host: '', port: 0 }] = redis.servers.nodes;
    expect(await roundTrip({ cluster: [`${host}:${port}`] })).toBe('value');
  });
});
