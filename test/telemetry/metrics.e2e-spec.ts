import { describe, expect, it } from '@jest/globals';
import { minutes } from 'nestjs-redis-session';
import type { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type TelemetryApp, useTelemetryApps } from '../support/telemetry.js';
import { ADAPTERS } from '../support/test-app.js';

const OUTCOME = 'redis_session.outcome';
const LOADS = 'redis_session.loads';
const SAVES = 'redis_session.saves';
const DURATION = 'redis_session.operation.duration';

describe.each(ADAPTERS)('metrics of sessions, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useTelemetryApps(redis, adapter);

  /** A browser with a stored session. */
  async function visitor({ visit }: TelemetryApp): Promise<Browser> {
    const browser = visit();
    expect((await browser.post('/set?key=first&value=1')).status).toBe(201);
    return browser;
  }

  /** Has a request load the session, something else happen, and the request save then. */
  async function meanwhile(browser: Browser, work: () => Promise<unknown>): Promise<number> {
    const gate = `${browser.handle}-${Math.random()}`;
    const slow = browser.post(`/set?key=late&value=1&gate=${gate}`);
    await browser.get(`/gates/${gate}`);
    await work();
    await browser.post(`/gates/${gate}`);
    return (await slow).status;
  }

  it('loads are counted by what was found', async () => {
    const app = await start();
    const browser = await visitor(app);
    const loads = (outcome: string) => app.value(LOADS, { [OUTCOME]: outcome });
    expect(await app.value(LOADS)).toBe(0);
    await browser.get('/data');
    expect([await loads('found'), await app.value(LOADS)]).toEqual([1, 1]);

    const absent = Object.assign(app.visit(), { cookie: browser.cookie });
    await redis.client.rename(`sess:${browser.handle}`, 'aside');
    await absent.get('/data');
    expect([await loads('absent'), await app.value(LOADS)]).toEqual([1, 2]);
    await redis.client.rename('aside', `sess:${browser.handle}`);

    // Expired by the policy, and not yet gone from Redis.
    app.advance(minutes(60 * 24));
    await Object.assign(app.visit(), { cookie: browser.cookie }).get('/data');
    expect([await loads('refused'), await app.value(LOADS)]).toEqual([1, 3]);

    await redis.client.set(`sess:${browser.handle}`, 'no session');
    await browser.get('/data');
    expect([await loads('refused'), await app.value(LOADS)]).toEqual([2, 4]);
    expect(await app.value(DURATION, { 'db.operation.name': 'session.load' })).toBe(4);
  });

  it('saves are counted by what became of them', async () => {
    const app = await start({ session: { session: { maxBytes: 2_000 } } });
    const saves = (outcome: string) => app.value(SAVES, { [OUTCOME]: outcome });
    const browser = await visitor(app);
    expect([await saves('written'), await app.value(SAVES)]).toEqual([1, 1]);
    expect(await app.value('redis_session.sessions.created')).toBe(1);

    await browser.post('/telemetry/save');
    expect([await saves('unchanged'), await app.value(SAVES)]).toEqual([1, 2]);
    expect(await app.value(DURATION, { 'db.operation.name': 'session.save' })).toBe(1);

    expect((await browser.post('/telemetry/fill')).status).toBe(413);
    expect([await saves('too_large'), await app.value(SAVES)]).toEqual([1, 3]);
    expect(await app.value('redis_session.store.errors')).toBe(0);
  });

  it('two saves at one time that merge are a conflict each time that one finds the other', async () => {
    const app = await start();
    const browser = await visitor(app);
    const other = Object.assign(app.visit(), { cookie: browser.cookie });
    await meanwhile(browser, () => other.post('/set?key=second&value=2'));
    expect((await browser.get('/data')).json).toEqual({ first: '1', second: '2', late: '1' });
    expect(await app.value('redis_session.conflicts')).toBe(1);
    expect(await app.value(SAVES, { [OUTCOME]: 'merged' })).toBe(1);
    expect(await app.value(SAVES, { [OUTCOME]: 'written' })).toBe(2);
    expect(await app.value('redis_session.resurrections_refused')).toBe(0);
  });

  it('saves that take turns in a process merge without a round trip, and count too', async () => {
    const app = await start();
    const browser = await visitor(app);
    const all = Array.from({ length: 5 }, (_, index) => `${browser.handle}-${index}`);
    const answers = all.map((gate, index) =>
      Object.assign(app.visit(), { cookie: browser.cookie }).post(`/set?key=k${index}&value=1&gate=${gate}`),
    );
    for (const gate of all) await browser.get(`/gates/${gate}`);
    await Promise.all(all.map((gate) => browser.post(`/gates/${gate}`)));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(201);
    expect(await app.value(SAVES, { [OUTCOME]: 'merged' })).toBe(4);
    expect(await app.value('redis_session.conflicts')).toBeGreaterThanOrEqual(4);
  });

  it('an update that has to begin anew is one update and a conflict', async () => {
    const app = await start();
    const browser = await visitor(app);
    const other = Object.assign(app.visit(), { cookie: browser.cookie });
    const slow = browser.post('/telemetry/update', { gate: 'update' });
    await app.gates.reached('update');
    await other.post('/set?key=second&value=2');
    app.gates.open('update');
    expect((await slow).json).toEqual({ count: 1 });
    const of = { 'db.operation.name': 'session.update' };
    expect(await app.value(SAVES, { ...of, [OUTCOME]: 'merged' })).toBe(1);
    expect(await app.value('redis_session.conflicts')).toBe(1);
    expect(await app.value(DURATION, of)).toBe(1);
  });

  it('a save after a logout is refused, and counted as such', async () => {
    const app = await start();
    const browser = app.visit();
    await browser.post('/login');
    const other = Object.assign(app.visit(), { cookie: browser.cookie });
    const status = await meanwhile(browser, () => other.post('/logout'));
    expect(status).toBe(401);
    expect(await app.value('redis_session.resurrections_refused')).toBe(1);
    expect(await app.value(SAVES, { [OUTCOME]: 'ended' })).toBe(1);
    expect(await app.value('redis_session.store.errors')).toBe(0);
  });

  it('sessions are counted as they are created and, by reason, as they end', async () => {
    const app = await start();
    const ended = (reason: string) =>
      app.value('redis_session.sessions.ended', { 'redis_session.end_reason': reason });
    const browser = await visitor(app);
    await browser.post('/login');
    expect(await ended('regenerated')).toBe(1);
    await browser.post('/logout');
    expect(await ended('logout')).toBe(1);
    const another = await visitor(app);
    await another.post('/destroy');
    expect(await ended('destroyed')).toBe(1);
    expect(await app.value('redis_session.sessions.ended')).toBe(3);
    expect(await app.value('redis_session.sessions.created')).toBe(3);
  });

  it('every operation that asks Redis is timed', async () => {
    const startedAt = performance.now();
    const app = await start();
    const timed = (name: string) => app.value(DURATION, { 'db.operation.name': `session.${name}` });
    const browser = await visitor(app);
    await browser.post('/telemetry/user', { userId: 'u1' });
    expect([await timed('regenerate'), await timed('destroy')]).toEqual([1, 1]);
    expect((await browser.get('/telemetry/list')).json).toEqual({ isOneOfThem: true });
    expect(await timed('inspect')).toBe(1);
    app.advance(minutes(10));
    await browser.post('/telemetry/stay');
    expect(await timed('touch')).toBe(1);
    await browser.post('/regenerate');
    expect([await timed('regenerate'), await timed('destroy')]).toEqual([2, 2]);
    const duration = (await app.metrics()).find(({ descriptor }) => descriptor.name === DURATION);
    const loads = duration?.dataPoints.find(
      ({ attributes }) => attributes['db.operation.name'] === 'session.load',
    );
    const { buckets, sum } = loads!.value as { buckets: { boundaries: number[] }; sum: number };
    expect(buckets.boundaries).toContain(0.001);
    // Seconds: requests came one after the other, so that all loads together took less than all of it.
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan((performance.now() - startedAt) / 1000);
  });

  it('a Redis that is stopped shows as failures, errors and an outage', async () => {
    const app = await start({ session: { redis: { url: redis.url, maxWait: 300 } } });
    const browser = await visitor(app);
    await redis.server.kill();
    try {
      expect((await browser.get('/data')).status).toBe(503);
      expect((await app.visit().post('/set?key=new&value=1')).status).toBe(503);
      const why = { 'error.type': 'SESSION_STORE_UNAVAILABLE' };
      expect(await app.value(LOADS, { [OUTCOME]: 'failed', ...why })).toBe(1);
      expect(await app.value(SAVES, { [OUTCOME]: 'failed', ...why })).toBe(1);
      expect(await app.value('redis_session.store.errors', why)).toBe(2);
      expect(await app.value(DURATION, { 'db.operation.name': 'session.load', ...why })).toBe(1);
      expect(await app.value('redis_session.store.outages')).toBe(1);
    } finally {
      await redis.server.restart();
      await redis.client.ping();
    }
  });

  it('a Redis that refuses is told with its own word', async () => {
    const app = await start({ session: { redis: { url: redis.url, maxWait: 300 } } });
    const browser = await visitor(app);
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      expect((await browser.post('/set?key=more&value=1')).status).toBe(503);
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
    const refused = { 'db.operation.name': 'session.save', 'db.response.status_code': 'OOM' };
    expect(await app.value('redis_session.store.errors', refused)).toBe(1);
  });
});
