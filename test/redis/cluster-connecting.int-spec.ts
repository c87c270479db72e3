import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Cluster, Redis } from 'ioredis';
import { SessionEvents } from 'nestjs-redis-session';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { useRedisCluster } from '../support/redis-cluster.js';

/** Calls that must not run twice, such as taking a login attempt's place. */
const ONCE = { repeatable: false };
const AT_ONCE = 20;

describe('a node of a Cluster that is not connected to yet', () => {
  const redis = useRedisCluster();
  const opened: RedisConnection[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

  async function open(maxWait?: number): Promise<RedisConnection> {
    const cluster = redis.servers.nodes.map(({ host, port }) => ({ host, port }));
    const connection = new RedisConnection(resolveRedisOptions({ cluster, maxWait }), new SessionEvents());
    opened.push(connection);
    await connection.open();
    return connection;
  }

  /** A key of a node without a connection: that which was asked for the state of the Cluster has one. */
  async function keyOfAnother({ client }: RedisConnection): Promise<string> {
    const unused = (client as Cluster).nodes('master').filter(({ status }) => status === 'wait');
    for (let n = 0; ; n++) {
      const { port } = await redis.servers.primaryOf(`key-${n}`);
      if (unused.some(({ options }) => options.port === port)) return `key-${n}`;
    }
  }

  /** The connection to the primary of a key. */
  async function nodeOf({ client }: RedisConnection, key: string): Promise<Redis> {
    const { port } = await redis.servers.primaryOf(key);
    return (client as Cluster).nodes('master').find(({ options }) => options.port === port)!;
  }

  const count = (connection: RedisConnection, key: string) =>
    connection.run((client) => client.incr(key), { ...ONCE, key });

  const counted = (key: string) => redis.cluster.get(key).then(Number);

  it('takes all calls of the first moment, each once', async () => {
    const connection = await open();
    const key = await keyOfAnother(connection);
    const before = await counted(key);
    const calls = Array.from({ length: AT_ONCE }, () => count(connection, key));
    expect((await Promise.all(calls)).length).toBe(AT_ONCE);
    expect(await counted(key)).toBe(before + AT_ONCE);
  });

  it('takes them also where its connection was closed a moment ago', async () => {
    const connection = await open();
    const key = await keyOfAnother(connection);
    await count(connection, key);
    const before = await counted(key);
    const node = await nodeOf(connection, key);
    node.disconnect();
    await once(node, 'end');
    const calls = Array.from({ length: AT_ONCE }, () => count(connection, key));
    expect((await Promise.all(calls)).length).toBe(AT_ONCE);
    expect(await counted(key)).toBe(before + AT_ONCE);
  });

  it('that stands still gets nothing afterwards of what was given up meanwhile', async () => {
    // Less than a node may be silent, so that its connection is still being made when they are given up.
    const connection = await open(200);
    const key = await keyOfAnother(connection);
    const before = await counted(key);
    const node = await redis.servers.primaryOf(key);
    const client = await nodeOf(connection, key);
    const settled = new Promise((resolve) => client.once('ready', resolve).once('end', resolve));
    await redis.servers.pause(node);
    try {
      const calls = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => count(connection, key)));
      for (const call of calls)
        expect(call).toMatchObject({
          reason: {
            message: expect.stringMatching(/no connection to a node of the Cluster|cannot be connected to/),
          },
        });
    } finally {
      await redis.servers.resume(node);
    }
    await settled;
    await new Promise((resolve) => setImmediate(resolve));
    // Behind whatever was sent on that connection.
    if (client.status === 'ready') await client.ping();
    expect(await counted(key)).toBe(before);
  });
});
