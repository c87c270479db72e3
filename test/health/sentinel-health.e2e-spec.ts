import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { FakeClock } from 'nestjs-redis-session/testing';
import { type RedisNode, type RedisSentinel, startSentinel } from 'redis-anywhere';
import { useHealthApps } from '../support/health.apps.js';
import { nodesHere } from '../support/redis-cluster.js';

const start = useHealthApps(afterEach);

describe('behind Sentinels', () => {
  let sentinel: RedisSentinel;
  beforeAll(async () => {
    sentinel = await startSentinel(nodesHere);
  }, 60_000);
  afterAll(() => sentinel?.stop());

  const options = () => ({ sentinels: sentinel.sentinels, name: sentinel.name });
  async function replicas(): Promise<RedisNode[]> {
    const primary = await sentinel.primary();
    return sentinel.nodes.filter(({ name }) => name.startsWith('node-') && name !== primary.name);
  }
  /** Has the primary hold this much more than it did. */
  async function write(bytes: number): Promise<void> {
    const client = new Redis((await sentinel.primary()).url);
    await client.set('data', 'x'.repeat(bytes));
    client.disconnect();
  }

  it('the primary is told with its replicas and how far they are behind, without addresses', async () => {
    const app = await start(options());
    const { redis, text } = await app.check();
    expect(redis).toEqual({
      status: 'up',
      topology: 'sentinel',
      latency: expect.any(Number),
      role: 'primary',
      replicas: 2,
      replicationLag: expect.any(Number),
      queue: { waiting: 0, unanswered: 0 },
      failovers: { count: 0 },
    });
    expect(text).not.toContain('127.0.0.1');
    for (const { port } of sentinel.nodes) expect(text).not.toContain(String(port));
  });

  it('a replica that is frozen falls behind, one that is gone is missing', async () => {
    const LAG = 100_000;
    const app = await start(options(), { health: { maxLag: LAG, minReplicas: 2 } });
    const [frozen, gone] = await replicas();
    await app.until(({ status }) => status === 'up');

    await sentinel.pause(frozen!);
    await write(LAG * 2);
    const behind = await app.until(({ replicationLag = 0 }) => replicationLag > LAG * 2);
    expect([behind.code, behind.overall]).toEqual([200, 'degraded']);
    expect(behind.redis).toMatchObject({ status: 'degraded', replicas: 2, reasons: ['maxLag'] });
    expect(behind.redis.message).toMatch(/^A replica is \d+ bytes behind, more than maxLag \(100000\)\.$/);
    await sentinel.resume(frozen!);
    await app.until(({ status }) => status === 'up');

    await sentinel.kill(gone!);
    const missing = await app.until(({ replicas: count }) => count === 1);
    expect(missing.code).toBe(200);
    expect(missing.redis).toMatchObject({
      status: 'degraded',
      reasons: ['minReplicas'],
      message: '1 replica follows; minReplicas is 2.',
    });
    await sentinel.restart(gone!);
    await app.until(({ status }) => status === 'up');
    await sentinel.settled();
  }, 60_000);

  it('a failover is seen, once, by the clock of the application', async () => {
    const clock = new FakeClock();
    const app = await start(options(), { clock });
    expect((await app.check()).redis.failovers).toEqual({ count: 0 });
    const former = await sentinel.primary();
    await sentinel.kill(former);
    const at = clock.now();
    const { redis } = await app.until(({ failovers }) => failovers.count > 0);
    expect(redis).toMatchObject({
      status: 'up',
      role: 'primary',
      failovers: { count: 1, lastAt: new Date(at).toISOString() },
    });
    clock.advance(1_000);
    await sentinel.restart(former);
    await sentinel.settled();
    expect((await app.check()).redis.failovers).toEqual({ count: 1, lastAt: new Date(at).toISOString() });
  }, 60_000);
});
