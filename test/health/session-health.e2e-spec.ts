import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { TerminusModule } from '@nestjs/terminus';
import { Redis } from 'ioredis';
import { RedisConnection, SessionEvents, SessionModule } from 'nestjs-redis-session';
import { SessionHealthIndicator, SessionHealthModule } from 'nestjs-redis-session/health';
import { withoutRedis } from 'nestjs-redis-session/testing';
import { HealthController, useHealthApps } from '../support/health.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, SECRET, startApp } from '../support/test-app.js';

const redis = useRedis();
const start = useHealthApps(afterEach);
/** Bounds the waiting of a check by far more than a timeout, so that only the timeout can end it. */
const MAX_WAIT = 15_000;
const TIMEOUT = 300;

/** The commands that Redis carries out while something is done, less those of others. */
async function commandsDuring(action: () => Promise<unknown>): Promise<string[]> {
  const monitor = await redis.client.monitor();
  const seen: string[] = [];
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
      if (args.includes('end of the monitored time')) resolve();
      else seen.push(command.toUpperCase());
    });
  });
  await action();
  await redis.client.echo('end of the monitored time');
  await ended;
  monitor.disconnect();
  return seen;
}

describe.each(ADAPTERS)('on %s', (adapter) => {
  it('a Redis that answers is up, and told without where it is', async () => {
    const app = await start({ url: redis.url }, { adapter });
    const { code, overall, redis: told, text, headers } = await app.check();
    expect([code, overall]).toEqual([200, 'ok']);
    expect(told).toEqual({
      status: 'up',
      topology: 'standalone',
      latency: expect.any(Number),
      role: 'primary',
      replicas: 0,
      queue: { waiting: 0, unanswered: 0 },
      failovers: { count: 0 },
    });
    expect(told.latency).toBeGreaterThan(0);
    expect(text).not.toMatch(/127\.0\.0\.1|localhost/);
    expect(text).not.toContain(new URL(redis.url).port);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('a Redis that does not answer is down after the timeout, not after redis.maxWait, and up once it does', async () => {
    const app = await start(
      { url: redis.url, maxWait: MAX_WAIT },
      { adapter, health: { timeout: TIMEOUT, maxLatency: TIMEOUT - 1 } },
    );
    await redis.server.pause();
    try {
      const { code, overall, redis: told, took } = await app.check();
      expect([code, overall, told.status]).toEqual([503, 'error', 'down']);
      expect(told.message).toBe(`Redis did not answer within ${TIMEOUT} ms. The outcome is unknown.`);
      expect(took).toBeLessThan(MAX_WAIT / 2);
      // What was asked then has no answer yet.
      expect((await app.check()).redis.queue).toEqual({ waiting: 0, unanswered: 2 });
    } finally {
      await redis.server.resume();
    }
    await app.until(({ status, queue }) => status !== 'down' && queue.unanswered === 0);
  });
});

describe('a Redis that is gone', () => {
  const own = useRedis();

  it('is down after the timeout, without its address, and calls that wait for it are counted', async () => {
    const app = await start(
      { url: own.url, maxWait: MAX_WAIT },
      { health: { timeout: TIMEOUT, maxLatency: TIMEOUT - 1 } },
    );
    await app.check();
    await own.server.kill();
    const { code, redis: told, text, took } = await app.until(({ status }) => status === 'down');
    expect(code).toBe(503);
    expect(told.message).toMatch(/^There was no connection to Redis within \d+ ms\.$/);
    expect(text).not.toContain(new URL(own.url).port);
    expect(took).toBeLessThan(MAX_WAIT / 2);

    const connection = app.app.get(RedisConnection);
    const waiting = connection.run((client) => client.get('sess:somebody'), { repeatable: true });
    await app.until(({ queue }) => queue.waiting === 1);
    await own.server.restart();
    await waiting;
    await app.until(({ status }) => status !== 'down');
  });
});

describe('what a threshold says', () => {
  it('of latency: degraded, and 200', async () => {
    const app = await start({ url: redis.url }, { health: { maxLatency: 0.001 } });
    const { code, overall, redis: told } = await app.check();
    expect([code, overall]).toEqual([200, 'degraded']);
    expect(told).toMatchObject({ status: 'degraded', reasons: ['maxLatency'] });
    expect(told.message).toMatch(/^An answer takes [\d.]+ ms, more than maxLatency \(0\.001 ms\)\.$/);
  });

  it('of replicas: degraded without enough of them', async () => {
    const app = await start({ url: redis.url }, { health: { minReplicas: 1 } });
    const { code, redis: told } = await app.check();
    expect(code).toBe(200);
    expect(told).toMatchObject({
      status: 'degraded',
      reasons: ['minReplicas'],
      message: '0 replicas follow; minReplicas is 1.',
    });
  });

  it('of the role: degraded on a replica, whose writes Redis refuses', async () => {
    const app = await start({ url: redis.url }, { health: { minReplicas: 1 } });
    await redis.client.call('REPLICAOF', '127.0.0.1', '1');
    try {
      const { redis: told } = await app.check();
      expect(told).toMatchObject({ status: 'degraded', role: 'replica', reasons: ['role'] });
    } finally {
      await redis.client.call('REPLICAOF', 'NO', 'ONE');
    }
  });
});

describe('a Redis that forbids INFO', () => {
  beforeEach(() =>
    redis.client.call('ACL', 'SETUSER', 'managed', 'on', '>managed-secret', '~*', '&*', '+@all', '-info'),
  );
  afterEach(() => redis.client.call('ACL', 'DELUSER', 'managed'));
  const asManaged = () => ({ url: redis.urlAs('managed', 'managed-secret') });

  it('is up without what INFO would tell, and nobody is alarmed', async () => {
    // The connection itself is made without INFO too.
    const app = await start({ ...asManaged(), options: { enableReadyCheck: false } });
    const alarms: unknown[] = [];
    app.app.get(SessionEvents).all$.subscribe((event) => alarms.push(event));
    const { code, redis: told, text } = await app.check();
    expect(alarms).toEqual([]);
    expect([code, told.status]).toEqual([200, 'up']);
    expect(Object.keys(told).toSorted()).toEqual(['failovers', 'latency', 'queue', 'status', 'topology']);
    expect(text).not.toContain('managed-secret');
  });

  it('is degraded if replicas are asked for, because nobody knows', async () => {
    const options = { enableReadyCheck: false };
    const app = await start({ ...asManaged(), options }, { health: { minReplicas: 1 } });
    expect((await app.check()).redis).toMatchObject({
      status: 'degraded',
      reasons: ['minReplicas'],
      message: 'Redis does not tell how many replicas it has (INFO); minReplicas is 1.',
    });
  });

  it('is up if it forbids PING as well: a refusal is an answer', async () => {
    const app = await start({ ...asManaged(), options: { enableReadyCheck: false } });
    await redis.client.call('ACL', 'SETUSER', 'managed', '-ping');
    expect((await app.check()).redis.status).toBe('up');
  });
});

describe("the application's own client", () => {
  it('is asked, and left open and without listeners of the indicator', async () => {
    const client = new Redis(redis.url, { keyPrefix: 'app:' });
    const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)]);
    await new Promise((resolve) => client.once('ready', resolve));
    const before = listeners();
    const app = await start({ client });
    expect((await app.check()).redis).toMatchObject({ status: 'up', role: 'primary' });
    await app.close();
    expect(client.status).toBe('ready');
    expect(listeners()).toEqual(before);
    client.disconnect();
  });
});

it('asks PING and INFO once, however many ask at one time, and nothing else', async () => {
  const app = await start({ url: redis.url });
  await app.check();
  // Held back until all have asked.
  const commands = await commandsDuring(async () => {
    await redis.client.call('CLIENT', 'PAUSE', '1000', 'ALL');
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.check()));
    expect(answers.every(({ redis: told }) => told.status === 'up')).toBe(true);
  });
  const checks = commands.filter((command) => command === 'PING').length;
  expect(checks).toBeLessThan(20);
  expect(commands.filter((command) => command !== 'CLIENT').toSorted()).toEqual(
    ['INFO', 'PING'].flatMap((command) => Array.from({ length: checks }, () => command)),
  );
});

it('shows addresses to whoever asks for it', async () => {
  const app = await start({ url: redis.url }, { health: { showAddresses: true } });
  expect((await app.check()).redis.address).toBe(`127.0.0.1:${new URL(redis.url).port}`);
});

it('needs no options', async () => {
  const imports = [TerminusModule, SessionHealthModule];
  const app = await startApp(redis.url, { module: { imports, controllers: [HealthController] } });
  const { status, details } = await (await fetch(`${app.origin}/health`)).json();
  expect(['ok', 'degraded']).toContain(status);
  expect(details.redis.role).toBe('primary');
  await app.close();
});

it('ends the start if an option cannot be meant', async () => {
  await expect(start({ url: redis.url }, { health: { minReplicas: -1 } })).rejects.toThrow(
    /health\.minReplicas must be a whole number/,
  );
});

it('is down in a test that runs withoutRedis(), where nothing could be asked', async () => {
  const testing = await withoutRedis(
    Test.createTestingModule({
      imports: [
        SessionModule.forRoot({ secret: SECRET, redis: 'redis://not-used' }),
        SessionHealthModule.forRoot({}),
      ],
    }),
  ).compile();
  expect(await testing.get(SessionHealthIndicator).isHealthy('redis')).toMatchObject({
    redis: { status: 'down', message: expect.stringContaining('withoutRedis()') },
  });
  await testing.close();
});
