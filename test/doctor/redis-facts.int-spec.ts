import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionEvents } from 'nestjs-redis-session';
import {
  examineRedis,
  readRedisFacts,
  type RedisFacts,
  type ServerFacts,
} from '../../libs/session/src/doctor/index.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { useRedis } from '../support/redis.js';

const redis = useRedis({ isOpen: true });
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A setting of the server for the time of a test. */
async function set(name: string, value: string): Promise<void> {
  const [, before = ''] = await redis.client.config('GET', name);
  await redis.client.config('SET', name, value);
  undo.push(() => redis.client.config('SET', name, before));
}

/** What is read with a client of its own, and what is thought of it in production. */
async function look(
  url = redis.url,
): Promise<{ facts: ServerFacts & Pick<RedisFacts, 'unreadable'>; codes: string[]; events: string[] }> {
  const events = new SessionEvents();
  const told: string[] = [];
  events.all$.subscribe(({ type }) => told.push(type));
  const connection = new RedisConnection(resolveRedisOptions(url), events);
  await connection.open();
  try {
    const { servers, ...all } = await readRedisFacts(connection);
    const codes = examineRedis({ ...all, servers }, { production: true }).map(({ code }) => code);
    return { facts: { ...servers[0], unreadable: all.unreadable }, codes, events: told };
  } finally {
    await connection.close();
  }
}

describe('what Redis says of itself', () => {
  it('is read from a server without persistence, replica and limit', async () => {
    const { facts, codes } = await look();
    expect(facts).toEqual({
      address: new URL(redis.url).host,
      isLocal: true,
      isEncrypted: false,
      isOpen: true,
      product: expect.stringMatching(/^(Redis|Valkey)$/),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      isReplica: false,
      replicas: 0,
      usedMemory: expect.any(Number),
      evictionPolicy: 'noeviction',
      maxMemory: 0,
      isPersistent: false,
      leastReplicas: undefined,
      cluster: undefined,
      unreadable: [],
    });
    expect(codes).toEqual(['REDIS_NO_PERSISTENCE', 'REDIS_NO_REPLICA']);
  });

  it('shows an eviction policy and a limit', async () => {
    await set('maxmemory', '100000000');
    await set('maxmemory-policy', 'allkeys-lru');
    const { facts, codes } = await look();
    expect([facts.evictionPolicy, facts.maxMemory]).toEqual(['allkeys-lru', 100_000_000]);
    expect(codes).toContain('REDIS_EVICTS_SESSIONS');
  });

  it.each([
    ['save', '3600 1'],
    ['appendonly', 'yes'],
  ])('shows that %s keeps it on disk', async (name, value) => {
    await set(name, value);
    const { facts, codes } = await look();
    expect(facts.isPersistent).toBe(true);
    expect(codes).not.toContain('REDIS_NO_PERSISTENCE');
  });

  it('shows that it is a replica', async () => {
    undo.push(() => redis.client.replicaof('NO', 'ONE'));
    await redis.client.replicaof('127.0.0.1', '1');
    const { facts, codes } = await look();
    expect(facts.isReplica).toBe(true);
    expect(codes).toContain('REDIS_IS_REPLICA');
  });

  it('shows whether it asks everybody for a password', async () => {
    const { client } = redis;
    await client.acl('SETUSER', 'app', 'on', '>s3cret', '~*', '&*', '+@all');
    undo.push(() => client.acl('DELUSER', 'app'));
    const asApp = redis.urlAs('app', 's3cret');
    expect((await look(asApp)).facts.isOpen).toBe(true);
    await client.acl('SETUSER', 'default', 'resetpass', '>another');
    undo.push(() => client.acl('SETUSER', 'default', 'nopass'));
    expect((await look(asApp)).facts.isOpen).toBe(false);
  });

  it('is not guessed where it is forbidden, and that is no outage', async () => {
    const { client } = redis;
    // ioredis says that it cannot ask whether Redis is still loading.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    undo.push(async () => jest.restoreAllMocks());
    await client.acl('SETUSER', 'few', 'on', '>s3cret', '~*', '+@all', '-config', '-acl', '-info');
    undo.push(() => client.acl('DELUSER', 'few'));
    const { facts, codes, events } = await look(redis.urlAs('few', 's3cret'));
    expect(facts.unreadable).toEqual([
      'INFO (version, memory, replicas)',
      'CONFIG GET save (whether it writes to disk)',
      'ACL GETUSER default (whether it asks everybody for a password)',
    ]);
    expect([codes, events]).toEqual([[], []]);
  });

  it('is read from the client that an application gives', async () => {
    const client = new Redis(redis.url);
    const connection = new RedisConnection(resolveRedisOptions({ client }), new SessionEvents());
    expect((await readRedisFacts(connection)).servers[0].isLocal).toBe(true);
    client.disconnect();
  });
});
