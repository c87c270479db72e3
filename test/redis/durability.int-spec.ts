import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionEvents, type SessionRedisOptions, StoreUnavailableError } from 'nestjs-redis-session';
import { DurableBatches } from '../../libs/session/src/redis/durable.batch.js';
import { DurableNodes } from '../../libs/session/src/redis/durable.nodes.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { useRedisCluster } from '../support/redis-cluster.js';
import { useRedis } from '../support/redis.js';
import { Switchboard } from '../support/switchboard.js';
import { untilWithin } from '../support/until.js';

const here = { env: { ...process.env, REDIS_URL: undefined, REDIS_VIA: undefined } };
const LOGIN = { repeatable: true, durable: 'login' } as const;
const DATA = { repeatable: true, durable: 'data' } as const;

const connections: RedisConnection[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});
async function connected(options: SessionRedisOptions): Promise<RedisConnection> {
  const connection = new RedisConnection(resolveRedisOptions(options), new SessionEvents());
  connections.push(connection);
  await connection.open();
  return connection;
}

/** What a command has been called so far. */
async function calls(client: Redis, command: string): Promise<number> {
  const info = await client.info('commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0);
}

const until = untilWithin(20_000);

describe('writes that are to survive the loss of the primary', () => {
  const options = { ...here, keys: { 'sess:': ['key', 'other', 'old', 'new'] } };
  const [primary, replica, other] = [useRedis(options), useRedis(options), useRedis(options)];
  const urlVia = ({ port }: Switchboard) => primary.urlVia(port);
  const portOf = ({ url }: { url: string }) => Number(new URL(url).port);
  let board: Switchboard;
  beforeAll(async () => {
    // Otherwise it waits 5 s for other replicas that want a copy too.
    await primary.client.config('SET', 'repl-diskless-sync-delay', '0');
    await replica.client.replicaof('127.0.0.1', portOf(primary));
    await until(async () => /^master_link_status:up/m.test(await replica.client.info('replication')));
  });
  beforeEach(async () => {
    board = await Switchboard.to(portOf(primary));
  });
  afterEach(() => board.close());

  const durability = { replicas: 1, timeout: 20_000 };

  it('are on a replica when they count', async () => {
    const connection = await connected({ url: urlVia(board), maxWait: 30_000, durability });
    for (let turn = 0; turn < 200; turn++) {
      await connection.command(['set', 'key', turn], { ...LOGIN, key: 'key' });
      expect(await replica.client.get('key')).toBe(String(turn));
    }
  });

  it('share one WAIT with all that come while one is under way', async () => {
    const connection = await connected({ url: urlVia(board), maxWait: 30_000, durability });
    const before = await calls(primary.client, 'wait');
    const writes = Array.from({ length: 500 }, async (_, turn) =>
      connection.command(['set', `key:${turn}`, turn], { ...LOGIN, key: `key:${turn}` }),
    );
    expect(new Set(await Promise.all(writes))).toEqual(new Set(['OK']));
    expect((await calls(primary.client, 'wait')) - before).toBeLessThanOrEqual(3);
    expect(await replica.client.mget('key:0', 'key:499')).toEqual(['0', '499']);
    // Nothing is left of what the WAIT was about.
    expect((await primary.client.keys('*')).filter((key) => !key.startsWith('key'))).toEqual([]);
  });

  it('are sent whenever they come, also while the batch before them is being told', async () => {
    const client = new Redis(urlVia(board), { lazyConnect: true });
    await client.connect();
    const batches = new DurableBatches(new DurableNodes(client), '', {
      replicas: 1,
      timeout: 20_000,
      writes: 'login',
    });
    const write = () =>
      new Promise<unknown>((resolve) =>
        batches.add({
          command: ['set', 'key', 'x'],
          key: 'key',
          giveUpAt: performance.now() + 30_000,
          answered: () => undefined,
          settle: resolve,
        }),
      );
    for (let steps = 0; steps < 10; steps++) {
      await write();
      // So many steps of the microtask queue after the answer.
      for (let step = 0; step < steps; step++) await Promise.resolve();
      expect(await write()).toEqual({ value: 'OK' });
    }
    client.disconnect();
  });

  it('are refused when too few replicas have them, and hold up neither reads nor other writes', async () => {
    const connection = await connected({
      url: urlVia(board),
      maxWait: 30_000,
      durability: { replicas: 2, timeout: 5_000 },
    });
    const order: string[] = [];
    const durable = connection
      .command(['set', 'key', 'x'], { ...LOGIN, key: 'key' })
      .catch((error: unknown) => error)
      .finally(() => order.push('durable'));
    await until(async () => String(await primary.client.client('LIST')).includes('cmd=wait'));
    for (let turn = 0; turn < 20; turn++) {
      await connection.run((client) => client.get('key'), { repeatable: true });
      await connection.command(['set', 'other', turn], { ...DATA, key: 'other' });
    }
    order.push('others');
    const error = await durable;
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect((error as Error).message).toBe(
      '1 of 2 replicas confirmed a write within 5000 ms; it could be lost with the primary.',
    );
    expect(order).toEqual(['others', 'durable']);
  });

  it('of session data wait too where that is asked for', async () => {
    const connection = await connected({
      url: urlVia(board),
      maxWait: 30_000,
      durability: { replicas: 2, timeout: 100, writes: 'all' },
    });
    await expect(connection.command(['set', 'key', 1], { ...DATA, key: 'key' })).rejects.toThrow(
      /1 of 2 replicas/,
    );
    expect(await connection.command(['set', 'key', 1], { repeatable: true, key: 'key' })).toBe('OK');
  });

  it('are written again where another server takes over while they wait, and are answered as before', async () => {
    await other.client.replicaof('NO', 'ONE');
    board.lead(portOf(other));
    const connection = await connected({
      url: urlVia(board),
      maxWait: 30_000,
      durability: { replicas: 1, timeout: 20_000 },
    });
    await other.client.set('old', 'what it held');
    const set = connection.command(['set', 'new', 'x'], { ...LOGIN, key: 'new' });
    const taken = connection.command(['getdel', 'old'], { ...LOGIN, key: 'old' });
    await until(async () => String(await other.client.client('LIST')).includes('cmd=wait'));
    expect(await other.client.get('new')).toBe('x');
    await primary.client.del('new', 'old');
    board.lead(portOf(primary));
    expect(await set).toBe('OK');
    expect(await replica.client.get('new')).toBe('x');
    expect(await taken).toBe('what it held');
  });

  it('count although they write nothing, only once all before them is copied', async () => {
    const connection = await connected({
      url: urlVia(board),
      maxWait: 30_000,
      durability: { replicas: 1, timeout: 300 },
    });
    const pid = Number(/process_id:(\d+)/.exec(await replica.client.info('server'))?.[1]);
    process.kill(pid, 'SIGSTOP');
    try {
      await primary.client.set('key', 'x');
      // This changes nothing, so that WAIT on its own would have nothing to wait for.
      await expect(connection.command(['set', 'key', 'y', 'NX'], { ...LOGIN, key: 'key' })).rejects.toThrow(
        /0 of 1 replicas/,
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('use connections of their own beside a client that was given, and close only those', async () => {
    const client = new Redis(urlVia(board));
    client.on('error', () => undefined);
    const connection = await connected({ client, maxWait: 30_000, durability });
    expect(await connection.command(['set', 'key', 'own'], { ...LOGIN, key: 'key' })).toBe('OK');
    expect(await replica.client.get('key')).toBe('own');
    await connection.close();
    expect(await client.get('key')).toBe('own');
    client.disconnect();
  });

  it.each([
    [{ replicas: 0 }, 'redis.durability.replicas must be a whole number from 1 to 100'],
    [{ replicas: 1.5 }, 'it got 1.5'],
    [
      { replicas: 1, timeout: 1_001 },
      'redis.durability.timeout must be a number of milliseconds above 0 and at most 1000',
    ],
    [{ replicas: 1, writes: 'some' }, "redis.durability.writes must be one of 'login', 'all'"],
    [{ replicas: 1, replica: 1 }, 'redis.durability.replica does not exist'],
  ])('refuse %j', (given, message) => {
    expect(() => resolveRedisOptions({ url: 'redis://h', durability: given as never })).toThrow(message);
  });
});

describe('writes that are to survive, on a Cluster', () => {
  const redis = useRedisCluster();
  const durability = { replicas: 1, timeout: 20_000 };

  it('are on the replica of their shard, for keys of every node, and while a slot moves', async () => {
    const [{ host, port } = { host: '', port: 0 }] = redis.servers.nodes;
    const connection = await connected({ cluster: [{ host, port }], maxWait: 30_000, durability });
    const write = (key: string, value: string) => connection.command(['set', key, value], { ...LOGIN, key });
    const keys = Array.from({ length: 60 }, (_, turn) => `sess:key-${turn}`);
    await Promise.all(keys.map((key) => write(key, 'first')));
    expect(await Promise.all(keys.map((key) => redis.cluster.get(key)))).toEqual(keys.map(() => 'first'));
    const barriers = await Promise.all(redis.cluster.nodes('master').map((node) => node.keys('*')));
    expect(barriers.flat().toSorted()).toEqual(keys.toSorted());

    // Its key stands on the new node already, which does not serve the slot for others yet: ASK.
    const [key = ''] = keys;
    const slot = await redis.cluster.cluster('KEYSLOT', key);
    const from = await redis.servers.primaryOf(key);
    const [to] = (await Promise.all(keys.map((other) => redis.servers.primaryOf(other)))).filter(
      (one) => one !== from,
    );
    const [source, target] = [new Redis(from.url), new Redis(to!.url)];
    const [sourceId, targetId] = [await source.cluster('MYID'), await target.cluster('MYID')];
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId);
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId);
    await source.call('MIGRATE', '127.0.0.1', to!.port, key, 0, 5_000);
    expect(await write(key, 'second')).toBe('OK');
    for (const client of [target, source]) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
    expect(await target.get(key)).toBe('second');
    // And once it has moved: MOVED.
    expect(await write(key, 'third')).toBe('OK');
    expect(await target.get(key)).toBe('third');
    source.disconnect();
    target.disconnect();
  });
});
