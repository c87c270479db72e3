import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { ThrottlerOptions, ThrottlerRequest } from '@nestjs/throttler';
import {
  minutes,
  SessionModule,
  type SessionModuleOptions,
  SessionStoreUnavailableException,
} from 'nestjs-redis-session';
import { withoutRedis } from 'nestjs-redis-session/testing';
import { RedisConnection, RedisThrottlerStorage } from 'nestjs-redis-session/throttler';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, type AdapterName, SECRET, startApp, type TestApp } from '../support/test-app.js';
import { letPass, throttleKeys } from '../support/throttle.keys.js';
import { throttler } from '../support/throttler.js';

const MAX_WAIT = 200;
const { getStorageToken, SkipThrottle, Throttle, ThrottlerGuard, ThrottlerModule, ThrottlerStorageService } =
  throttler;

@Controller()
class NewsController {
  @Get('news')
  news() {
    return { news: [] };
  }

  @Throttle({ default: { limit: 1, ttl: minutes(1), blockDuration: minutes(10) } })
  @Get('export')
  export() {
    return { rows: [] };
  }

  @SkipThrottle()
  @Get('health')
  health() {
    return { ok: true };
  }
}

/** As docs/throttling.md shows it. */
const throttlingBy = (throttlers: ThrottlerOptions[]) =>
  ThrottlerModule.forRootAsync({
    inject: [RedisConnection],
    useFactory: (redis: RedisConnection) => ({ throttlers, storage: new RedisThrottlerStorage({ redis }) }),
  });
/** For whom being reachable matters more than the limit. */
class LenientThrottlerGuard extends ThrottlerGuard {
  protected override async handleRequest(request: ThrottlerRequest): Promise<boolean> {
    return super.handleRequest(request).catch((error: unknown) => {
      if (error instanceof SessionStoreUnavailableException) return true;
      throw error;
    });
  }
}

describe.each(ADAPTERS)('ThrottlerGuard on %s', (adapter: AdapterName) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const apps: TestApp[] = [];
  beforeEach(() => redis.client.flushall());
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function visit(
    throttlers: ThrottlerOptions[] = [{ ttl: minutes(1), limit: 3 }],
    session: Partial<SessionModuleOptions> = {},
    guard: typeof ThrottlerGuard = ThrottlerGuard,
  ): Promise<Browser> {
    const app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: MAX_WAIT }, ...session },
      module: {
        imports: [throttlingBy(throttlers)],
        controllers: [NewsController],
        providers: [{ provide: APP_GUARD, useClass: guard }],
      },
    });
    apps.push(app);
    return new Browser(app.origin);
  }
  const numbersOf = ({ headers }: { headers: Headers }) =>
    ['limit', 'remaining', 'reset'].map((name) => headers.get(`x-ratelimit-${name}`));

  it('lets in as many as allowed, tells what is left in seconds, and then answers 429', async () => {
    const browser = await visit();
    const answers = [];
    for (let turn = 0; turn < 4; turn++) answers.push(await browser.get('/news'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.slice(0, 3).map(numbersOf)).toEqual([
      ['3', '2', '60'],
      ['3', '1', '60'],
      ['3', '0', '60'],
    ]);
    expect(answers[3]!.headers.get('retry-after')).toBe('60');
  });

  it('counts together with another process of the same application', async () => {
    const [one, other] = [await visit(), await visit()];
    const answers = await Promise.all([one, other, one, other, one].map((browser) => browser.get('/news')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
  });

  it('honours the blockDuration of a route, which further requests do not extend, and starts anew after it', async () => {
    const browser = await visit();
    expect((await browser.get('/export')).status).toBe(200);
    const refused = await browser.get('/export');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '600']);
    await letPass(redis.client, minutes(9));
    const late = await browser.get('/export');
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await throttleKeys(redis.client))[0]!.expiresIn).toBeLessThanOrEqual(minutes(1));
    await letPass(redis.client, minutes(1));
    expect((await browser.get('/export')).status).toBe(200);
  });

  it('keeps several throttlers apart, of which the strictest refuses', async () => {
    const browser = await visit([
      { name: 'burst', ttl: 5_000, limit: 2 },
      { name: 'hourly', ttl: minutes(60), limit: 100 },
    ]);
    const answers = await Promise.all([1, 2, 3].map(() => browser.get('/news')));
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after-burst')).toBe('5');
    const keys = await throttleKeys(redis.client);
    expect(keys.map(({ key }) => /^throttle:\{(\w+):[\da-f]{64}\}$/.exec(key)?.[1])).toContain('hourly');
    expect(keys.every(({ expiresIn }) => expiresIn > 0)).toBe(true);
  });

  it('with a frozen Redis a request is 503 within maxWait, and one that is not counted is 200', async () => {
    const browser = await visit();
    expect((await browser.get('/news')).status).toBe(200);
    await redis.server.pause();
    const started = performance.now();
    const [refused, skipped] = await Promise.all([browser.get('/news'), browser.get('/health')]).finally(() =>
      redis.server.resume(),
    );
    expect(performance.now() - started).toBeLessThan(MAX_WAIT + 1_000);
    expect(refused.status).toBe(503);
    expect(refused.json).toEqual({
      statusCode: 503,
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.any(String),
    });
    expect(refused.text).not.toMatch(/ at |\.js|\.ts/);
    expect(skipped.status).toBe(200);
  });

  it('with a Redis that is not there a request is 503 within maxWait', async () => {
    const away = { url: 'redis://127.0.0.1:1', maxWait: MAX_WAIT, startWithout: true };
    const browser = await visit(undefined, { redis: away });
    const started = performance.now();
    const refused = await browser.get('/news');
    expect([refused.status, refused.json.code]).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
    expect(performance.now() - started).toBeLessThan(MAX_WAIT + 1_000);
  });

  it('a guard may let in what could not be counted, and still refuses what is too much', async () => {
    const away = { url: 'redis://127.0.0.1:1', maxWait: 20, startWithout: true };
    const lenient = await visit(undefined, { redis: away }, LenientThrottlerGuard);
    expect((await lenient.get('/news')).status).toBe(200);
    const counted = await visit([{ ttl: minutes(1), limit: 0 }], {}, LenientThrottlerGuard);
    expect((await counted.get('/news')).status).toBe(429);
  });
});

it('an application under test without Redis counts in memory', async () => {
  const builder = Test.createTestingModule({
    imports: [
      SessionModule.forRoot({ secret: SECRET, redis: 'redis://not-used' }),
      throttlingBy([{ ttl: minutes(1), limit: 1 }]),
    ],
    controllers: [NewsController],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  });
  builder.overrideProvider(getStorageToken()).useValue(new ThrottlerStorageService());
  const app = (await withoutRedis(builder).compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  const browser = new Browser(await app.getUrl());
  expect([(await browser.get('/news')).status, (await browser.get('/news')).status]).toEqual([200, 429]);
  await app.close();
});
