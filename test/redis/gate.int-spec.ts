import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { Gate } from '../../libs/session/src/redis/gate.js';
import { useRedisCluster } from '../support/redis-cluster.js';
import { useRedis } from '../support/redis.js';

const MAX_WAIT = 100;
const redis = useRedis();

/** Keeps the process from everything else, as a long garbage collection or a stopped virtual machine would. */
function standStill(milliseconds: number): void {
  for (const from = performance.now(); performance.now() - from < milliseconds;);
}

describe('a process that stood still for longer than maxWait', () => {
  let client: Redis;
  const signs: boolean[] = [];
  let gate: Gate;
  beforeAll(async () => {
    client = redis.client.duplicate();
    gate = new Gate(client, MAX_WAIT, (isAnswering) => signs.push(isAnswering));
    await client.ping();
  });
  afterAll(() => client.quit());
  beforeEach(() => void (signs.length = 0));

  it('takes the answer that came meanwhile, and does not call Redis frozen', async () => {
    const asked = gate.run(() => client.echo('here'), { repeatable: true });
    // So that it is on its way to Redis.
    await new Promise((resolve) => setImmediate(resolve));
    standStill(MAX_WAIT * 2);
    expect(await asked).toBe('here');
    expect(signs).toEqual([true]);
  });

  it('waits for an answer to what it could send only after that', async () => {
    const words = ['first', 'held back for the others', 'last'];
    const asked = words.map((word) => gate.run(() => client.echo(word), { repeatable: true }));
    standStill(MAX_WAIT * 2);
    expect(await Promise.all(asked)).toEqual(words);
    expect(signs).toEqual([true, true, true]);
  });

  it('does not wait as long again for a Redis that is frozen', async () => {
    await redis.server.pause();
    try {
      const asked = gate.run(() => client.echo('not now'), { repeatable: true });
      const answered = asked.then(
        () => 'answered',
        (error: Error) => error.message,
      );
      standStill(MAX_WAIT * 10);
      const soon = new Promise((resolve) => setTimeout(resolve, MAX_WAIT * 5, 'still waiting'));
      expect(await Promise.race([answered, soon])).toMatch(/did not answer within/);
    } finally {
      await redis.server.resume();
    }
  });
});

describe('a node of a Cluster that does not answer', () => {
  const nodes = useRedisCluster();
  const LIMIT = 10_000;

  it('takes the places of calls to itself only', async () => {
    const gate = new Gate(nodes.cluster, 15_000);
    const call = (key: string) => gate.run(() => nodes.cluster.get(key), { repeatable: true, key });
    const frozen = await nodes.servers.primaryOf('key-1');
    expect(await nodes.servers.primaryOf('key-2')).not.toBe(frozen);
    await nodes.servers.pause(frozen);
    try {
      const held = Array.from({ length: LIMIT }, () => call('key-1'));
      await expect(call('key-1')).rejects.toThrow(/10000 calls to Redis are without an answer/);
      expect(await call('key-2')).toBeNull();
      await nodes.servers.resume(frozen);
      await Promise.all(held);
    } finally {
      await nodes.servers.resume(frozen);
    }
  });
});
