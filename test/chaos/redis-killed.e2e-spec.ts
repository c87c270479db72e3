import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seconds } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { Load, MARGIN } from '../support/load.js';
import { RaceController } from '../support/race.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const MAX_WAIT = seconds(1);
const RECOVERY = seconds(1);
const WIDTH = 200;
const owned = { env: { ...process.env, REDIS_URL: undefined } };

// Jest fails a test during which a rejection or an exception is nobody's: none of these tests has to look for them.

describe.each(ADAPTERS)('a Redis that is killed under load, on %s', (adapter) => {
  const redis = useRedis(owned);
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: MAX_WAIT } },
      module: { controllers: [RaceController] },
    });
  });
  afterAll(() => app.close());

  it('gives every request a true answer in time, and serves again within a second of its return', async () => {
    const load = new Load(app.origin, WIDTH, (browser, turn) =>
      turn % 3 === 0 ? browser.get('/data') : browser.post(`/set?key=n&value=${turn}`),
    );
    // First a short stall, so that everything is connected and compiled, refusals too.
    await load.until(() => load.answers.length >= WIDTH);
    await redis.server.pause();
    await load.until(() => load.refusals >= WIDTH).finally(() => redis.server.resume());
    const warmAt = load.now;
    await load.until(() => load.since(warmAt).length >= WIDTH * 2 && load.inFlight === WIDTH);
    const before = load.refusals;
    const killedAt = load.now;
    await redis.server.kill();
    // Some that were in flight and some that came later.
    await load.until(() => load.refusals > before + WIDTH);
    await redis.server.restart();
    const backAt = load.now;
    await load.until(() => load.since(killedAt).some(({ status }) => status === 201));
    const servedAt = load.now;
    await load.stop();

    expect([0, 500].filter((status) => load.statuses.includes(status))).toEqual([]);
    expect(load.statuses.filter((status) => ![200, 201, 401, 503].includes(status))).toEqual([]);
    const refused = load.answers.filter(({ status }) => status === 503);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['SESSION_STORE_UNAVAILABLE']));
    expect(load.slowestFrom(killedAt)).toBeLessThan(MAX_WAIT + 2 * MARGIN);
    expect(load.between(backAt, servedAt)).toBeLessThan(RECOVERY + MARGIN);
  });

  it('lets a browser whose session went with the data begin anew', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/login');
    await browser.post('/set?key=name&value=1');
    const { handle } = browser;
    await redis.server.kill();
    await redis.server.restart();
    let answer = await browser.get('/data');
    for (const from = performance.now(); answer.status === 503 && performance.now() - from < RECOVERY * 2;) {
      answer = await browser.get('/data');
    }
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect((await browser.post('/set?key=name&value=2')).status).toBe(201);
    expect(browser.handle).not.toBe(handle);
    expect((await browser.get('/data')).json).toEqual({ name: '2' });
  });
});

describe('a Redis with appendfsync always that is killed under load', () => {
  const redis = useRedis({ ...owned, args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, { module: { controllers: [RaceController] } });
  });
  afterAll(() => app.close());

  it('comes back with every write that was answered 2xx', async () => {
    const acknowledged = new Map<Browser, number>();
    const load = new Load(app.origin, 50, async (browser, turn) => {
      const answer = await browser.post(`/set?key=n&value=${turn}`);
      if (answer.status === 201) acknowledged.set(browser, turn);
      return answer;
    });
    await load.until(() => load.answers.length > 500);
    await redis.server.kill();
    await load.stop();
    await redis.server.restart();

    expect(acknowledged.size).toBe(50);
    for (const [browser, turn] of acknowledged) {
      const text = await redis.client.get(`sess:${browser.handle}`);
      // At least: what was not confirmed may have been written too.
      expect(Number((JSON.parse(text ?? '{}') as { n?: string }).n)).toBeGreaterThanOrEqual(turn);
    }
  });

  it('comes back without the sessions whose end was answered 2xx', async () => {
    const ended: string[] = [];
    const load = new Load(app.origin, 50, async (browser, turn) => {
      if (turn % 2 === 1) return browser.post('/login');
      const { handle } = browser;
      const answer = await browser.post('/logout');
      if (answer.status === 201) ended.push(handle);
      return answer;
    });
    await load.until(() => ended.length > 200);
    await redis.server.kill();
    await load.stop();
    await redis.server.restart();
    expect(await redis.client.exists(...ended.map((handle) => `sess:${handle}`))).toBe(0);
  });
});
