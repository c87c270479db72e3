import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisSessionStore, SessionRegistry, type SessionModuleOptions } from 'nestjs-redis-session';
import { DataController } from '../support/data.controller.js';
import { Browser } from '../support/browser.js';
import { GuardedController } from '../support/near-cache.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

describe.each(ADAPTERS)('the near cache, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const apps: TestApp[] = [];
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function start(session: Partial<SessionModuleOptions> = {}) {
    const app = await startApp(redis.url, {
      adapter,
      session: { nearCache: {}, ...session },
      module: { controllers: [DataController, GuardedController] },
    });
    apps.push(app);
    const near = () => app.app.get(RedisSessionStore).nearCache!;
    const isWanted = !('nearCache' in session) || session.nearCache !== undefined;
    await until(() => !isWanted || near().isTrusted);
    return { app, near, visit: () => new Browser(app.origin) };
  }

  const until = untilWithin(10_000);

  /** Commands that Redis has run since the last call, those of this test's client and of the heartbeat left out. */
  async function commands(): Promise<Record<string, number>> {
    const info = await redis.client.info('commandstats');
    await redis.client.config('RESETSTAT');
    const counts = [...info.matchAll(/cmdstat_([\w|]+):calls=(\d+)/g)].map(([, name, calls]) => [
      name!,
      Number(calls),
    ]);
    return Object.fromEntries(
      counts.filter(([name]) => !/^(info|config|ping|client|hello|command)/.test(String(name))),
    );
  }

  it('answers a read from memory once it has been read, without any command', async () => {
    const { visit, near } = await start();
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    await commands();
    for (let turn = 0; turn < 20; turn++) expect((await browser.get('/data')).json).toEqual({ visits: 1 });
    expect(await commands()).toEqual({});
    expect(near()).toMatchObject({ entries: 1, isTrusted: true });
    expect(near().hits).toBeGreaterThanOrEqual(20);
  });

  it('knows what this process has written, so that a write costs one round trip', async () => {
    const { visit } = await start();
    const browser = visit();
    await browser.post('/count');
    await commands();
    for (let turn = 2; turn <= 10; turn++)
      expect((await browser.post('/count')).json).toEqual({ visits: turn });
    const { evalsha, get } = await commands();
    // The GET is the one inside of each script.
    expect([evalsha, get]).toEqual([9, 9]);
  });

  it('hears of what another process writes', async () => {
    const [here, there] = [await start(), await start()];
    const browser = here.visit();
    await browser.post('/count');
    const elsewhere = new Browser(there.app.origin);
    elsewhere.cookie = browser.cookie;
    for (let turn = 2; turn <= 20; turn += 2) {
      expect((await elsewhere.post('/count')).json).toEqual({ visits: turn });
      const before = here.near().drops;
      await until(async () => (await browser.get('/data')).json.visits === turn);
      expect(here.near().drops - before).toBeLessThanOrEqual(1);
      // A write is never made on top of what is old.
      expect((await browser.post('/count')).json).toEqual({ visits: turn + 1 });
      // The other process hears of it a moment later; a counter that may not lose that race uses update().
      await until(async () => (await elsewhere.get('/data')).json.visits === turn + 1);
    }
  });

  it('hears of a logout, a revocation, a DEL and an expiry elsewhere', async () => {
    const here = await start();
    const there = await start();
    const ends: [string, (browser: Browser) => Promise<unknown>][] = [
      ['destroy', (browser) => there.app.app.get(RedisSessionStore).destroy(browser.sid)],
      ['revoke', (browser) => there.app.app.get(SessionRegistry).revoke(browser.handle)],
      ['del', (browser) => redis.client.del(`sess:${browser.handle}`)],
      ['pexpire', (browser) => redis.client.pexpire(`sess:${browser.handle}`, 0)],
      ['flushall', () => redis.client.flushall()],
    ];
    for (const [name, end] of ends) {
      const browser = here.visit();
      await browser.post('/count');
      expect((await browser.get('/data')).json).toEqual({ visits: 1 });
      await end(browser);
      await until(async () => (await browser.get('/data')).json.visits === undefined);
      expect(name).toBeDefined();
    }
  });

  it('what this process ends is gone at once', async () => {
    const { visit, app } = await start();
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    await app.app.get(SessionRegistry).revoke(browser.handle);
    expect((await browser.get('/data')).json).toEqual({});
  });

  it('does not take in what was read while it changed', async () => {
    const { visit, app, near } = await start();
    const browser = visit();
    await browser.post('/count');
    const key = `sess:${browser.handle}`;
    const old = (await redis.client.get(key))!;
    await redis.client.set(key, old.replace('"visits":1', '"visits":5'), 'KEEPTTL');
    await until(() => near().entries === 0);
    // The answer of Redis is held back until the announcement of a later change is here.
    const client = app.app.get<unknown, { backend: { redis: { client: Redis } } }>(RedisSessionStore).backend
      .redis.client;
    const get = (asked: string) => Redis.prototype.get.call(client, asked);
    jest.spyOn(client, 'get').mockImplementationOnce((async (asked: string) => {
      const text = await get(asked);
      const { drops } = near();
      await redis.client.set(key, old.replace('"visits":1', '"visits":6'), 'KEEPTTL');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(near().drops).toBe(drops);
      return text;
    }) as never);
    expect((await browser.get('/data')).json).toEqual({ visits: 5 });
    expect((await browser.get('/data')).json).toEqual({ visits: 6 });
  });

  it('is by-passed while a connection is lost, and what it knew is not believed afterwards', async () => {
    const { visit, near } = await start();
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    for (const which of ['pubsub', 'normal'] as const) {
      const { flushes } = near();
      await browser.get('/data');
      await redis.client.call('CLIENT', 'KILL', 'TYPE', which, 'SKIPME', 'yes');
      await until(() => near().flushes > flushes);
      await redis.client.set(
        `sess:${browser.handle}`,
        (await redis.client.get(`sess:${browser.handle}`))!.replace(/"visits":\d+/, '"visits":77'),
        'KEEPTTL',
      );
      expect((await browser.get('/data')).json).toEqual({ visits: 77 });
      await until(() => near().isTrusted);
      await browser.get('/data');
      await commands();
      await browser.get('/data');
      expect(await commands()).toEqual({});
    }
  });

  it('is by-passed within two seconds when Redis says nothing any more, and trusted again when it does', async () => {
    const { near } = await start();
    await redis.server.pause();
    const pausedAt = performance.now();
    await until(() => !near().isTrusted);
    expect(performance.now() - pausedAt).toBeLessThan(3_000);
    await redis.server.resume();
    await until(() => near().isTrusted);
  });

  it('is not asked where it matters: @Roles() and @FreshLogin() hear of an end at once', async () => {
    const { visit, near, app } = await start();
    for (const path of ['/near/admin', '/near/fresh']) {
      const browser = visit();
      await browser.post('/near/login');
      expect((await browser.get(path)).status).toBe(200);
      await browser.get('/data');
      // As if the announcement were still on its way.
      const backend = app.app.get<unknown, { backend: { cache: { invalidated(key: string): void } } }>(
        RedisSessionStore,
      ).backend;
      const spy = jest.spyOn(backend.cache, 'invalidated').mockImplementation(() => undefined);
      await redis.client.del(`sess:${browser.handle}`);
      const { hits } = near();
      expect((await browser.get('/near/user')).status).toBe(200);
      expect(near().hits).toBe(hits + 1);
      expect((await browser.get(path)).status).toBe(401);
      spy.mockRestore();
    }
  });

  it('leaves it to Redis whether a secret was copied', async () => {
    const { visit, near } = await start();
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    const { hits } = near();
    const forged = visit();
    forged.cookie = browser.cookie!.replace(/(s%3A[\w-]{22}\.)[\w-]{4}/, '$1AAAA');
    expect((await forged.get('/data')).json).toEqual({});
    expect(near().hits).toBe(hits);
    expect((await browser.get('/data')).json).toEqual({ visits: 1 });
  });

  it('holds at most so many sessions, for at most so long', async () => {
    const { visit, near } = await start({ nearCache: { maxEntries: 3, maxAge: 1 } });
    for (let turn = 0; turn < 6; turn++) await visit().post('/count');
    expect(near().entries).toBe(3);
    const browser = visit();
    await browser.post('/count');
    const { misses } = near();
    await until(async () => (await browser.get('/data')).status === 200 && near().misses > misses);
  });

  it('gives each request data of its own', async () => {
    const { visit } = await start();
    const browser = visit();
    await browser.post('/near/list');
    await browser.get('/data');
    await browser.get('/near/spoil');
    expect(JSON.stringify((await browser.get('/data')).json)).not.toContain('spoilt');
  });

  it('works beside a client of the application’s own, which it leaves alone', async () => {
    const client = new Redis(redis.url);
    const { visit } = await start({ redis: { client } });
    const browser = visit();
    await browser.post('/count');
    await browser.get('/data');
    await client.del(`sess:${browser.handle}`);
    await until(async () => (await browser.get('/data')).json.visits === undefined);
    expect(client.status).toBe('ready');
    client.disconnect();
  });

  it('without it every read asks Redis once', async () => {
    const { visit, app } = await start({ nearCache: undefined });
    const browser = visit();
    await browser.post('/count');
    await commands();
    for (let turn = 0; turn < 5; turn++) await browser.get('/data');
    expect(await commands()).toEqual({ get: 5 });
    expect(app.app.get(RedisSessionStore).nearCache).toBeUndefined();
  });
});
