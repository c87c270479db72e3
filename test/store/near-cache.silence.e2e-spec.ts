import { afterEach, describe, expect, it } from '@jest/globals';
import { RedisSessionStore } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { DataController } from '../support/data.controller.js';
import { useRedis } from '../support/redis.js';
import { SilentRelay } from '../support/silent.relay.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

/** Two seconds are promised; the rest is for a machine on which server and clients share two cores with others. */
const LONGEST = 3_000;
const MAX_WAIT = 500;

describe.each(ADAPTERS)('the near cache behind a connection that is half open, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const until = untilWithin(10_000);
  let relay: SilentRelay;
  let app: TestApp;
  afterEach(async () => {
    relay.speak();
    await app.close();
    await relay.close();
  });

  async function start() {
    const { hostname, port } = new URL(redis.url);
    expect(hostname).toBe('127.0.0.1');
    relay = await SilentRelay.to(Number(port));
    const url = redis.url.replace(`:${port}`, `:${relay.port}`);
    app = await startApp(url, {
      adapter,
      session: { redis: { url, maxWait: MAX_WAIT }, nearCache: {} },
      module: { controllers: [DataController] },
    });
    const near = () => app.app.get(RedisSessionStore).nearCache!;
    await until(() => near().isTrusted);
    const browser = new Browser(app.origin);
    await browser.post('/count');
    await browser.get('/data');
    const { hits } = near();
    expect((await browser.get('/data')).json).toEqual({ visits: 1 });
    expect(near().hits).toBe(hits + 1);
    return { near, browser };
  }

  /** Lets the one connection fall silent that `CLIENT LIST` says this of. */
  async function silence(what: RegExp): Promise<void> {
    const clients = String(await redis.client.call('CLIENT', 'LIST')).split('\n');
    const [one = '', ...others] = clients.filter((line) => what.test(line));
    expect(others).toEqual([]);
    expect(relay.silence(Number(/ addr=127\.0\.0\.1:(\d+)/.exec(one)?.[1]))).toBe(true);
  }

  /** What another server does. */
  async function change(browser: Browser): Promise<void> {
    const key = `sess:${browser.handle}`;
    await redis.client.set(
      key,
      (await redis.client.get(key))!.replace('"visits":1', '"visits":77'),
      'KEEPTTL',
    );
  }

  it('the one that announces: what was missed is believed for two seconds at most, and then Redis is asked', async () => {
    const { near, browser } = await start();
    await silence(/ sub=1 /);
    await change(browser);
    const changedAt = performance.now();
    await until(async () => (await browser.get('/data')).json.visits === 77);
    expect(performance.now() - changedAt).toBeLessThan(LONGEST);
    expect(near().isTrusted).toBe(false);
    relay.speak();
    await until(() => near().isTrusted);
    await browser.get('/data');
    const { hits } = near();
    expect((await browser.get('/data')).json).toEqual({ visits: 77 });
    expect(near().hits).toBe(hits + 1);
  });

  it('the one that reads: what was known is believed for two seconds at most, and then requests are refused', async () => {
    const { near, browser } = await start();
    await silence(/ flags=t /);
    await change(browser);
    const silentAt = performance.now();
    await until(() => !near().isTrusted);
    expect(performance.now() - silentAt).toBeLessThan(LONGEST);
    expect((await browser.get('/data')).status).toBe(503);
    relay.speak();
    await until(async () => (await browser.get('/data')).status === 200);
    expect((await browser.get('/data')).json).toEqual({ visits: 77 });
    await until(() => near().isTrusted);
  });
});
