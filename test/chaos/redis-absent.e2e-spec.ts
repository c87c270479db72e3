import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { Load, MARGIN } from '../support/load.js';
import { RaceController } from '../support/race.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const MAX_WAIT = 300;
const WIDTH = 50;

describe.each(ADAPTERS)('a Redis that is not there when the application starts, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  const events: SessionEvent[] = [];
  beforeAll(async () => {
    await redis.server.kill();
    app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: MAX_WAIT, startWithout: true } },
      module: { controllers: [RaceController] },
    });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(() => app.close());

  it('with startWithout every request that needs it is a 503 in time, and all are served once it is there', async () => {
    expect((await new Browser(app.origin).get('/data')).status).toBe(200);
    const load = new Load(app.origin, WIDTH, (browser, turn) => browser.post(`/set?key=n&value=${turn}`));
    // After the first round, in which everything is compiled and connected.
    await load.until(() => load.answers.length >= WIDTH);
    const warmAt = load.now;
    await load.until(() => load.since(warmAt).length >= WIDTH);
    expect(load.statuses).toEqual([503]);
    await redis.server.restart();
    const backAt = load.now;
    await load.until(() => load.statuses.includes(201));
    const servedAt = load.now;
    await load.until(() => load.browsers.every(({ cookie }) => cookie !== undefined));
    await load.stop();
    expect(load.statuses).toEqual([201, 503]);
    expect(load.slowestFrom(warmAt)).toBeLessThan(MAX_WAIT + 2 * MARGIN);
    expect(load.between(backAt, servedAt)).toBeLessThan(1_000 + MARGIN);
    // Once an outage and not once a request; a machine that stands still for a moment may make an outage of it.
    const told = events.map(({ type }) => type).filter((type) => type.startsWith('store.'));
    expect(told.slice(0, 2)).toEqual(['store.unavailable', 'store.recovered']);
    expect(told.length).toBeLessThan(load.refusals / 10);
  });
});
