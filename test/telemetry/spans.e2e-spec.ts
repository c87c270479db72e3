import { describe, expect, it } from '@jest/globals';
import { trace, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AlwaysOffSampler, NodeTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { RedisConnection, SessionRegistry } from 'nestjs-redis-session';
import { useRedis } from '../support/redis.js';
import { type TelemetryApp, useTelemetryApps } from '../support/telemetry.js';
import { ADAPTERS } from '../support/test-app.js';

const DURATION = 'redis_session.operation.duration';

describe.each(ADAPTERS)('spans, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useTelemetryApps(redis, adapter);

  /** Those of this library, in the order in which they ended. */
  const own = (app: TelemetryApp): ReadableSpan[] =>
    app.spans().filter(({ instrumentationScope }) => instrumentationScope.name === 'nestjs-redis-session');
  const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId;

  /** Spans of requests end with the connection's side of the answer, a moment after the client has it. */
  async function requestSpans(app: TelemetryApp, count: number): Promise<ReadableSpan[]> {
    const giveUpAt = performance.now() + 10_000;
    for (;;) {
      const found = app.spans().filter(({ name }) => name === 'request');
      if (found.length >= count) return found;
      if (performance.now() > giveUpAt) throw new Error(`There were ${found.length} of ${count} spans.`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('lie below the span of the request, as calls of a client to Redis', async () => {
    const app = await start();
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    await browser.get('/data');
    const [first, second] = await requestSpans(app, 2);
    const [save, load, ...rest] = own(app);
    expect(rest).toEqual([]);
    expect([save?.name, load?.name]).toEqual(['session.save', 'session.load']);
    expect([save?.parentSpanContext?.spanId, load?.parentSpanContext?.spanId]).toEqual([
      idOf(first),
      idOf(second),
    ]);
    expect(save?.kind).toBe(SpanKind.CLIENT);
    expect(save?.attributes).toEqual({
      'db.system.name': 'redis',
      'db.operation.name': 'session.save',
      'redis_session.outcome': 'written',
    });
    expect(load?.attributes['redis_session.outcome']).toBe('found');
    expect(load?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('what an operation does lies below it: a login replaces, saves, and ends what was there', async () => {
    const app = await start();
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    await browser.post('/login');
    const regenerate = own(app).find(({ name }) => name === 'session.regenerate');
    const below = own(app).filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(regenerate));
    expect(below.map(({ name }) => name)).toEqual(['session.save', 'session.destroy']);
  });

  it('tell how many writes of others were merged', async () => {
    const app = await start();
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    const slow = browser.post(`/set?key=late&value=1&gate=${browser.handle}`);
    await browser.get(`/gates/${browser.handle}`);
    await Object.assign(app.visit(), { cookie: browser.cookie }).post('/set?key=second&value=1');
    await browser.post(`/gates/${browser.handle}`);
    await slow;
    const merged = own(app).filter(({ attributes }) => attributes['redis_session.outcome'] === 'merged');
    expect(merged.map(({ attributes }) => attributes['redis_session.conflict_count'])).toEqual([1]);
  });

  it('of login attempts tell who decided', async () => {
    const app = await start({ session: { loginAttempts: { minimumTime: 0, pair: { maxAttempts: 1 } } } });
    for (let tries = 0; tries < 3; tries++) await app.from().login('alice');
    const reserves = own(app).filter(({ name }) => name === 'login_attempt.reserve');
    // The third was refused from memory, so that Redis was not called.
    expect(reserves.map(({ attributes }) => attributes['redis_session.outcome'])).toEqual([
      'allowed',
      'pair',
    ]);
    expect(reserves[0]?.attributes['redis_session.decided_by']).toBe('redis');
    await redis.client.flushdb();
  });

  it('of what fails have the code of the error, and nothing of its text', async () => {
    const app = await start({ session: { redis: { url: redis.url, maxWait: 300 } } });
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    await browser.post('/telemetry/break');
    await redis.server.kill();
    try {
      await browser.get('/data');
    } finally {
      await redis.server.restart();
      await redis.client.ping();
    }
    const failed = own(app).filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['session.update', '_OTHER'],
      ['session.load', 'SESSION_STORE_UNAVAILABLE'],
    ]);
    for (const { events, status } of failed) expect([events, status.message]).toEqual([[], undefined]);
  });

  it('there are none with `spans: false`, and metrics all the same', async () => {
    const app = await start({ telemetry: { spans: false } });
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    await requestSpans(app, 1);
    expect(own(app)).toEqual([]);
    expect(await app.value(DURATION)).toBe(1);
  });

  it('there are none without an active span, as in background work', async () => {
    const app = await start({ isTraced: false });
    const browser = app.visit();
    await browser.post('/set?key=first&value=1');
    await app.app.app.get(SessionRegistry).revoke(browser.handle);
    expect(app.spans()).toEqual([]);
    expect(await app.value(DURATION)).toBe(2);
  });

  it('there are none where the sampler takes none', async () => {
    const app = await start({
      telemetry: { tracerProvider: new NodeTracerProvider({ sampler: new AlwaysOffSampler() }) },
    });
    await app.visit().post('/set?key=first&value=1');
    await requestSpans(app, 1);
    expect(own(app)).toEqual([]);
    expect(await app.value(DURATION)).toBe(1);
  });

  it('are active while Redis is asked, so that spans of the Redis client lie below them', async () => {
    const app = await start();
    const client: object = app.app.app.get(RedisConnection).client;
    const active: (string | undefined)[] = [];
    const { call } = client as { call: (...args: unknown[]) => unknown };
    Object.assign(client, {
      call(this: object, ...args: unknown[]) {
        active.push(trace.getActiveSpan()?.spanContext().spanId);
        return Reflect.apply(call, this, args);
      },
    });
    await app.visit().post('/set?key=first&value=1');
    const [save] = own(app);
    expect(active).toContain(idOf(save));
  });
});
