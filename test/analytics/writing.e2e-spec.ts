import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { days, minutes, StoreUnavailableError } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { RedisConnection } from 'nestjs-redis-session/throttler';
import { LookController, PRODUCT, USER } from '../support/analytics.controller.js';
import { type CountingApp, startCounting } from '../support/analytics.apps.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp } from '../support/test-app.js';

/** A server of its own: the tests stop it, and look at everything that it does. */
const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const NOON = Date.UTC(2026, 10, 26, 12);
/** The memory holds so many sessions. */
const MOST = 5_000;

describe.each(ADAPTERS)('how counts are written, on %s', (adapter) => {
  let clock: FakeClock;
  let app: CountingApp;
  let browser: Browser;
  beforeEach(async () => {
    await redis.client.flushall();
    clock = new FakeClock(NOON);
    const session = { redis: { url: redis.url, maxWait: 1_000 } };
    app = await startCounting(redis.url, adapter, {}, { clock, session });
    browser = new Browser(app.origin);
  });
  afterEach(() => app.close());

  const flushed = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    await app.analytics.flush();
  };
  const keys = () => redis.client.keys('analytics:*');

  /** How often each command was carried out while `work` ran. */
  async function commandsIn(work: () => Promise<unknown>): Promise<Record<string, number>> {
    await redis.client.config('RESETSTAT');
    await work();
    const stats = await redis.client.info('commandstats');
    const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
      ([, name, count]) => [name!, Number(count)] as const,
    );
    return Object.fromEntries(calls.filter(([name]) => !/^(config|info|acl)/.test(name)));
  }

  it('a request costs not one command, and what was counted of all of them is one', async () => {
    await browser.get('/visit');
    const requests = async (origin: string) => {
      const visitor = new Browser(origin);
      visitor.cookie = browser.cookie;
      for (let turn = 0; turn < 20; turn++) await visitor.get('/look');
      await new Browser(origin).get('/look');
    };
    const module = { controllers: [LookController] };
    const plain = await startApp(redis.url, { adapter, clock, module });
    const without = await commandsIn(() => requests(plain.origin));
    await plain.close();
    expect(await commandsIn(() => requests(app.origin))).toEqual(without);
    // The script is sent once, and named from then on.
    await flushed();
    await browser.get('/visit');
    const written = await commandsIn(flushed);
    expect(written).toMatchObject({ evalsha: 1 });
    expect(await commandsIn(flushed)).toEqual({});
  });

  it('a request does not wait for them, though Redis is frozen in the middle of it', async () => {
    await browser.get('/visit');
    await redis.server.pause();
    let isWritten = false;
    const writing = app.analytics.flush().then(() => (isWritten = true));
    expect((await new Browser(app.origin).get('/look')).status).toBe(200);
    expect(isWritten).toBe(false);
    await redis.server.resume();
    await writing;
    expect((await app.analytics.day()).requests).toBe(1);
  });

  it('all keys go: those of a day after 90 days, those of now after minutes', async () => {
    await browser.get('/visit');
    await browser.post('/login');
    await browser.post('/sign-up/account');
    await flushed();
    const all = await keys();
    const lives = Object.fromEntries(
      await Promise.all(all.map(async (key) => [key, await redis.client.pttl(key)] as const)),
    );
    const ofDay = Object.entries(lives).filter(([key]) => key.includes('2026-11-26'));
    expect(ofDay.map(([key]) => key.replace(/^.*2026-11-26:/, '')).toSorted()).toEqual([
      'counts',
      'routes',
      'sessions',
      'step:sign-up:account',
    ]);
    for (const [, left] of ofDay) {
      expect(Math.abs(left - days(90.5))).toBeLessThan(10_000);
    }
    const others = Object.entries(lives).filter(([key]) => !key.includes('2026-11-26'));
    expect(others.map(([key]) => key.replace(/[^:]{10,}$/, '')).toSorted()).toEqual([
      expect.stringMatching(/^analytics:{all}:active:\d*$/),
      expect.stringMatching(/^analytics:{all}:active:\d+:counts$/),
      'analytics:{all}:writer:',
    ]);
    for (const [, left] of others) {
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(3_600_000);
    }
  });

  it('nothing in a key, a value or a command tells who it was', async () => {
    const monitor = await redis.client.monitor();
    const seen: string[] = [];
    monitor.on('monitor', (_time: string, command: string[]) => {
      // The sessions themselves have their handles in their keys.
      if (command.some((part) => part.includes('analytics:'))) seen.push(command.join(' '));
    });
    const secrets: string[] = [PRODUCT, USER, '127.0.0.1', '::1'];
    const remember = () => secrets.push(browser.sid, browser.handle, browser.sid.split('.')[1]!);
    await browser.get('/visit');
    remember();
    await browser.post('/login');
    remember();
    await browser.get(`/cart/${PRODUCT}?user=${USER}`);
    await browser.post('/sign-up/account');
    await flushed();
    const found = await Promise.all(
      (await keys()).map(async (key) => {
        const type = await redis.client.type(key);
        const value =
          type === 'zset'
            ? (await redis.client.zrange(key, '0', '-1', 'WITHSCORES')).join(' ')
            : ((await redis.client.getBuffer(key))?.toString('latin1') ?? '');
        return `${key} ${value}`;
      }),
    );
    while (!seen.some((command) => command.includes(':sessions'))) await redis.client.ping();
    monitor.disconnect();
    const text = [...found, ...seen].join('\n');
    expect(text).toContain('GET /cart/:productId');
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('one session looks different on each day, so that days cannot be linked', async () => {
    const sessions = (date: string) => redis.client.getBuffer(`analytics:{all}:${date}:sessions`);
    clock.set(Date.UTC(2026, 10, 26, 23, 59));
    await browser.get('/visit');
    const { handle } = browser;
    clock.advance(minutes(2));
    await browser.get('/visit');
    expect(browser.handle).toBe(handle);
    await flushed();
    const [one, other] = [await sessions('2026-11-26'), await sessions('2026-11-27')];
    expect(one).not.toBeNull();
    expect(one?.equals(other ?? Buffer.of())).toBe(false);
  });

  it('a batch whose answer was lost is sent again, and counts once', async () => {
    const connection = app.app.get(RedisConnection);
    const script = connection.script.bind(connection);
    await browser.get('/visit');
    await new Promise((resolve) => setImmediate(resolve));
    const lose = jest.spyOn(connection, 'script').mockImplementationOnce(async (...call) => {
      await script(...call);
      throw new StoreUnavailableError('The answer was lost.');
    });
    await expect(app.analytics.flush()).rejects.toThrow('The answer was lost.');
    await app.analytics.flush();
    lose.mockRestore();
    expect(await app.analytics.day()).toMatchObject({ visitors: 1, requests: 1 });
    expect(app.analytics.missing).toBe(0);
  });

  it('while Redis is away memory is bounded: sums stay exact, and what is missing is told', async () => {
    await redis.server.pause();
    for (let turn = 0; turn < MOST * 3; turn++) {
      app.analytics.count({
        session: { handle: `handle-${turn}`, createdAt: NOON },
        route: `GET /route/${turn}`,
      });
    }
    expect(app.analytics.missing).toBe(MOST * 2);
    await redis.server.resume();
    await app.analytics.flush();
    const { requests, sessions, routes } = await app.analytics.day();
    expect(requests).toBe(MOST * 3);
    expect(Math.abs(sessions - MOST)).toBeLessThan(MOST * 0.03);
    expect(await redis.client.zcard('analytics:{all}:2026-11-26:routes')).toBe(501);
    expect(routes[0]).toEqual({ route: '(other)', requests: MOST * 3 - 500 });
  });

  it('an outage costs nothing but time', async () => {
    await browser.get('/visit');
    await redis.server.pause();
    await expect(app.analytics.flush()).rejects.toThrow(StoreUnavailableError);
    await redis.server.resume();
    await browser.get('/visit');
    await flushed();
    expect(await app.analytics.day()).toMatchObject({ visitors: 1, requests: 2 });
  });
});
