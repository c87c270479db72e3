import { describe, expect, it } from '@jest/globals';
import { useRedis } from '../support/redis.js';
import { useTelemetryApps } from '../support/telemetry.js';
import { ADAPTERS, SECRET } from '../support/test-app.js';

const ADDRESS = '198.51.100.77';

describe.each(ADAPTERS)('what leaves with metrics and spans, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useTelemetryApps(redis, adapter);

  it('names nobody and lets nobody in', async () => {
    await redis.client.flushdb();
    const app = await start({
      session: {
        nearCache: {},
        redis: { url: redis.url, maxWait: 300 },
        session: { maxBytes: 2_000 },
        loginAttempts: { minimumTime: 0, pair: { maxAttempts: 2 }, onStoreFailure: 'memory' },
        events: { accounts: true, log: false },
      },
    });
    const client = app.from(ADDRESS);
    expect((await client.login('alice', 'wonderland')).status).toBe(200);
    const sids = [decodeURIComponent(client.cookies.get('sid') ?? '')];
    const known = [...client.cookies.values()];
    for (const path of ['save', 'update', 'fill', 'stay', 'break']) await client.post(`/telemetry/${path}`);
    await client.post('/reauthenticate', { account: 'alice', password: 'wonderland' });
    sids.push(decodeURIComponent(client.cookies.get('sid') ?? ''));
    await client.post('/change-password', { account: 'alice', password: 'other' });
    sids.push(decodeURIComponent(client.cookies.get('sid') ?? ''));
    const thief = app.from(ADDRESS);
    for (let tries = 0; tries < 4; tries++) await thief.login('alice', 'guess');
    await client.post('/logout');
    await client.login('bob', 'builder');
    known.push(...client.cookies.values());
    await redis.server.kill();
    try {
      await client.post('/telemetry/update');
      await client.login('alice', 'other');
    } finally {
      await redis.server.restart();
      await redis.client.ping();
    }

    const spans = app
      .spans()
      .map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
    const metrics = await app.metrics();
    const exported = JSON.stringify({ spans, metrics });
    // That it holds something at all.
    for (const name of ['session.save', 'login_attempt.reserve', 'SESSION_STORE_UNAVAILABLE', 'too_large'])
      expect(exported).toContain(name);
    const parts = sids.flatMap((sid) => sid.slice(2).split('.'));
    expect(parts.filter((part) => part.length >= 22).length).toBeGreaterThanOrEqual(9);
    const telling = [
      ...parts,
      ...known,
      ...known.map(decodeURIComponent),
      ...['alice', 'bob', 'wonderland', 'builder', 'guess', 'id of', 'notes', 'sess:', 'sess-', SECRET],
      ...[ADDRESS, '198.51.100', '127.0.0.1', '::1', new URL(redis.url).port],
    ];
    expect(telling.filter((text) => text === '')).toEqual([]);
    expect(telling.filter((text) => exported.toLowerCase().includes(text.toLowerCase()))).toEqual([]);
    // Few values: what grows with users or requests would fill whatever stores it.
    expect(metrics.flatMap(({ dataPoints }) => [...dataPoints]).length).toBeLessThan(60);
  });
});
