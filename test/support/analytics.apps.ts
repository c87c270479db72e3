import {
  SessionAnalytics,
  SessionAnalyticsModule,
  type SessionAnalyticsOptions,
} from 'nestjs-redis-session/analytics';
import { AnalyticsController } from './analytics.controller.js';
import { type AdapterName, startApp, type TestApp, type TestAppOptions } from './test-app.js';

const FUNNELS = { 'sign-up': ['account', 'review', 'done'] };

export interface CountingApp extends TestApp {
  readonly analytics: SessionAnalytics;
}

/** An application that counts, and writes only when it is told to. */
export async function startCounting(
  redisUrl: string,
  adapter: AdapterName,
  analytics: SessionAnalyticsOptions = {},
  options: Partial<TestAppOptions> = {},
): Promise<CountingApp> {
  const counting = SessionAnalyticsModule.forRoot({ funnels: FUNNELS, flushEvery: 60_000, ...analytics });
  const started = await startApp(redisUrl, {
    adapter,
    ...options,
    module: { imports: [counting], controllers: [AnalyticsController] },
  });
  return { ...started, analytics: started.app.get(SessionAnalytics) };
}
