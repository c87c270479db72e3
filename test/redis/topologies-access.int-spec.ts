import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionEvents, type SessionRedisOptions } from 'nestjs-redis-session';
import { type RedisSentinel, startSentinel } from 'redis-anywhere';
import { RedisConnection, resolveRedisOptions, scanKeys } from '../../libs/session/src/redis/index.js';
import {
  type AccessLine,
  documentedAccess,
  documentedSentinelAccess,
  rulesOf,
} from '../support/documented.access.js';
import { nodesHere, useRedisCluster } from '../support/redis-cluster.js';
import { refusedTo, USER } from '../support/secure.redis.js';

const password = 'of-the-application';
const credentials = { username: USER, password };

/** The lines for sessions, and those that begin like this. */
const linesFor = (beginning: RegExp): AccessLine[] =>
  documentedAccess().filter(({ purpose }, at) => at === 0 || beginning.test(purpose));

/** What a connection with these options writes, reads and finds. */
async function roundTrip(options: SessionRedisOptions): Promise<(string | null)[]> {
  const connection = new RedisConnection(resolveRedisOptions(options), new SessionEvents());
  const how = { repeatable: true };
  const keys = Array.from({ length: 30 }, (_, number) => `sess:${number}`);
  try {
    await connection.open();
    for (const key of keys) await connection.run((client) => client.set(key, key), how);
    const values = await Promise.all(keys.map((key) => connection.run((client) => client.get(key), how)));
    let found = 0;
    for await (const page of scanKeys(connection, 'sess:', { count: 100 })) found += page.length;
    expect(found).toBeGreaterThanOrEqual(keys.length);
    return values;
  } finally {
    await connection.close();
  }
}
const ALL = Array.from({ length: 30 }, (_, number) => `sess:${number}`);

/** Lets the user do so much on a node, and asks later what was refused. */
async function allow(node: Redis, rules: readonly string[]): Promise<void> {
  await node.call('ACL', 'SETUSER', USER, ...rules);
  await node.acl('LOG', 'RESET');
}

describe('on a Cluster, the user of docs/security.md', () => {
  const redis = useRedisCluster();
  const nodes: Redis[] = [];
  afterAll(() => nodes.forEach((node) => node.disconnect()));

  it('may do what is needed on every node', async () => {
    for (const { host, port } of redis.servers.nodes) {
      const node = new Redis(port, host);
      nodes.push(node);
      await allow(node, rulesOf(linesFor(/^Cluster/), { password }));
    }
    const cluster = redis.servers.nodes.map(({ host, port }) => ({ host, port }));
    expect(await roundTrip({ cluster, ...credentials })).toEqual(ALL);
    for (const node of nodes) expect(await refusedTo(node)).toEqual([]);
  });
});

describe('behind Sentinels, the users of docs/security.md', () => {
  const admins = { password: 'of-the-data', sentinelPassword: 'of-the-sentinels' };
  let sentinel: RedisSentinel;
  const nodes: Redis[] = [];
  beforeAll(async () => {
    sentinel = await startSentinel({ ...nodesHere, ...admins });
  }, 60_000);
  afterAll(async () => {
    for (const node of nodes) node.disconnect();
    await sentinel?.stop();
  });

  it('may do what is needed, on Redis and on the Sentinels', async () => {
    for (const { name, host, port } of sentinel.nodes) {
      const isSentinel = name.startsWith('sentinel');
      const node = new Redis(port, host, {
        password: isSentinel ? admins.sentinelPassword : admins.password,
        enableReadyCheck: false,
      });
      nodes.push(node);
      const ofSentinel = documentedSentinelAccess().map((rule) =>
        rule === '>password' ? `>${password}` : rule,
      );
      await allow(node, isSentinel ? ofSentinel : rulesOf(linesFor(/^$/), { password }));
    }
    const { name, sentinels } = sentinel;
    const ofSentinels = { sentinelUsername: USER, sentinelPassword: password };
    expect(await roundTrip({ sentinels, name, ...credentials, ...ofSentinels })).toEqual(ALL);
    for (const node of nodes) expect(await refusedTo(node)).toEqual([]);
  });
});
