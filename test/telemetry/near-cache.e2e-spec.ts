import { describe, expect, it } from '@jest/globals';
import { RedisSessionStore } from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';
import { type TelemetryApp, useTelemetryApps } from '../support/telemetry.js';
import { ADAPTERS } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

const near = (app: TelemetryApp, name: string) => app.value(`redis_session.near_cache.${name}`);

const until = untilWithin(15_000);

describe.each(ADAPTERS)('metrics of the near cache, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useTelemetryApps(redis, adapter);

  it('hits, misses, drops and flushes are those of the store, and near loads ask no Redis', async () => {
    const app = await start({ session: { nearCache: {} } });
    const store = app.app.app.get(RedisSessionStore);
    await until(() => store.nearCache?.isTrusted === true);
    expect(await near(app, 'trusted')).toBe(1);
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    for (let turn = 0; turn < 3; turn++) await browser.get('/data');
    const loads = { 'redis_session.outcome': 'near' };
    expect(await app.value('redis_session.loads', loads)).toBe(3);
    expect(await app.value('redis_session.operation.duration', { 'db.operation.name': 'session.load' })).toBe(
      0,
    );
    expect(await near(app, 'hits')).toBe(store.nearCache?.hits);
    expect(await near(app, 'hits')).toBeGreaterThanOrEqual(3);
    expect(await near(app, 'entries')).toBe(1);

    await redis.client.set(`sess:${browser.handle}`, 'something else');
    await until(async () => (await near(app, 'drops')) === 1);
    await browser.get('/data');
    expect(await near(app, 'misses')).toBeGreaterThanOrEqual(1);
    expect(await app.value('redis_session.loads', { 'redis_session.outcome': 'refused' })).toBe(1);

    const another = app.visit();
    await another.post('/set?key=first&value=1');
    await redis.client.flushdb();
    await until(async () => (await near(app, 'flushes')) >= 1);
    expect(await near(app, 'entries')).toBe(0);
  });

  it('without a near cache there are no such metrics', async () => {
    const app = await start();
    await app.visit().post('/set?key=first&value=1');
    const names = (await app.metrics()).map(({ descriptor }) => descriptor.name);
    expect(names).toContain('redis_session.saves');
    expect(names.filter((name) => name.includes('near_cache'))).toEqual([]);
  });
});
