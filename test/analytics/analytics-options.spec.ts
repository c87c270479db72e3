import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { days, hours, minutes, seconds, SessionModule } from 'nestjs-redis-session';
import {
  FunnelStep,
  SessionAnalytics,
  SessionAnalyticsModule,
  type SessionAnalyticsOptions,
} from 'nestjs-redis-session/analytics';
import { FakeClock, withoutRedis } from 'nestjs-redis-session/testing';
import { Clock } from 'nestjs-redis-session';
import { resolveAnalyticsOptions } from '../../libs/session/src/analytics/analytics.options.js';
import { SECRET } from '../support/test-app.js';

@Controller()
class MisspeltController {
  @FunnelStep('sign-up', 'acount')
  @Get()
  step() {
    return {};
  }
}

/** A module with analytics, without Redis. */
const made = (options: SessionAnalyticsOptions, controllers: (typeof MisspeltController)[] = []) =>
  withoutRedis(
    Test.createTestingModule({
      imports: [
        SessionModule.forRoot({ secret: SECRET, redis: 'redis://not-used' }),
        SessionAnalyticsModule.forRoot(options),
      ],
      controllers,
    }),
  )
    .overrideProvider(Clock)
    .useValue(new FakeClock(Date.UTC(2026, 10, 26, 12)))
    .compile();

describe('the options of SessionAnalyticsModule', () => {
  it('have these defaults', () => {
    expect(resolveAnalyticsOptions()).toEqual({
      keptFor: days(90),
      activeWithin: minutes(5),
      flushEvery: seconds(1),
      timeZone: 'UTC',
      durations: [minutes(1), minutes(5), minutes(15), minutes(30), hours(1), hours(4)],
      funnels: new Map(),
      prefix: 'analytics:',
    });
  });

  it('put durations in order, each once', () => {
    expect(resolveAnalyticsOptions({ durations: [5_000, 1_000, 5_000] }).durations).toEqual([1_000, 5_000]);
  });

  it.each<[string, object]>([
    ['analytics.keptFor', { keptFor: hours(23) }],
    ['analytics.keptFor', { keptFor: '90 days' }],
    ['analytics.activeWithin', { activeWithin: 4_999 }],
    ['analytics.activeWithin', { activeWithin: days(2) }],
    ['analytics.flushEvery', { flushEvery: minutes(2) }],
    ['analytics.timeZone', { timeZone: 'Atlantis' }],
    ['analytics.durations', { durations: minutes(5) }],
    ['analytics.durations[0]', { durations: [-1] }],
    ['analytics.durations', { durations: Array.from({ length: 21 }, (_, at) => at + 1) }],
    ['analytics.funnels', { funnels: ['account'] }],
    ['analytics.funnels.sign-up', { funnels: { 'sign-up': 'account' } }],
    ['analytics.funnels.sign-up', { funnels: { 'sign-up': [] } }],
    ['analytics.funnels.sign-up', { funnels: { 'sign-up': ['account', 'account'] } }],
    ['analytics.funnels.sign-up[0]', { funnels: { 'sign-up': [''] } }],
    ['analytics.prefix', { prefix: '' }],
    ['analytics.retention', { retention: days(1) }],
  ])('refuse a wrong %s: %j', async (option, given) => {
    await expect(made(given)).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
  });

  it('a @FunnelStep() that names no step ends the start', async () => {
    const testing = await made({ funnels: { 'sign-up': ['account', 'done'] } }, [MisspeltController]);
    await expect(testing.createNestApplication({ logger: false }).init()).rejects.toThrow(
      "the option funnels has no step 'acount' of 'sign-up', only account, done",
    );
  });
});

describe('SessionAnalytics', () => {
  it.each([
    ['2026-11-31', '2026-12-01'],
    ['26.11.2026', '2026-12-01'],
    ['2026-12-01', '2026-11-30'],
    ['2025-01-01', '2026-11-26'],
  ])('refuses days(%j, %j)', async (from, to) => {
    const analytics = (await made({})).get(SessionAnalytics);
    await expect(analytics.days(from, to)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('answers 503 without Redis, and loses nothing', async () => {
    const analytics = (await made({})).get(SessionAnalytics);
    await expect(analytics.day()).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE', status: 503 });
    analytics.count({ session: { handle: 'a', createdAt: 0 } });
    await expect(analytics.flush()).rejects.toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    expect(analytics.missing).toBe(0);
  });

  it('knows which day it is where it is asked for', async () => {
    expect((await made({ timeZone: 'Pacific/Kiritimati' })).get(SessionAnalytics).today()).toBe('2026-11-27');
    expect((await made({})).get(SessionAnalytics).today()).toBe('2026-11-26');
  });
});
