import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { type Clock, minutes, type SessionRedisOptions } from 'nestjs-redis-session';
import {
  type SessionHealth,
  SessionHealthIndicator,
  SessionHealthModule,
  type SessionHealthOptions,
} from 'nestjs-redis-session/health';
import { type AdapterName, startApp, type TestApp } from './test-app.js';

@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly sessions: SessionHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.sessions.isHealthy('redis')]);
  }
}

/** Thresholds that a slow machine does not pass by itself. */
const CALM: SessionHealthOptions = { timeout: minutes(1), maxLatency: 59_000 };

/** How long to ask for what comes in a few seconds on an idle machine. */
const PATIENCE = 30_000;

/** How the application says Redis is. */
export type Told = SessionHealth & { status: 'up' | 'degraded' | 'down' };

/** An answer to a health check. */
export interface Checked {
  /** Of HTTP. */
  code: number;
  /** Of the whole check. */
  overall: string;
  redis: Told;
  text: string;
  headers: Headers;
  /** How long it took, ms. */
  took: number;
}

export interface HealthApp extends TestApp {
  check(): Promise<Checked>;
  /** Asks until it is as wanted. @throws after half a minute, with what it is instead */
  until(isSo: (redis: Told) => boolean): Promise<Checked>;
}

/** A Nest application whose GET /health asks the indicator. */
export async function startHealthApp(
  redis: SessionRedisOptions,
  { health, adapter, clock }: { health?: SessionHealthOptions; adapter?: AdapterName; clock?: Clock } = {},
): Promise<HealthApp> {
  const options = { ...CALM, ...health };
  const app = await startApp('', {
    adapter,
    clock,
    session: { redis: { maxWait: minutes(2), ...redis }, doctor: false },
    module: {
      imports: [TerminusModule, SessionHealthModule.forRoot(options)],
      controllers: [HealthController],
    },
  });
  const check = async (): Promise<Checked> => {
    const startedAt = performance.now();
    const response = await fetch(`${app.origin}/health`);
    const text = await response.text();
    const took = performance.now() - startedAt;
    const { status, details } = JSON.parse(text);
    return {
      code: response.status,
      overall: status,
      redis: details.redis,
      text,
      headers: response.headers,
      took,
    };
  };
  const until = async (isSo: (redis: Told) => boolean): Promise<Checked> => {
    const endsAt = performance.now() + PATIENCE;
    for (;;) {
      const checked = await check();
      if (isSo(checked.redis)) return checked;
      if (performance.now() > endsAt) throw new Error(`It stays ${checked.text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { ...app, check, until };
}

/** Starts them and closes them after each test. */
export function useHealthApps(after: (run: () => Promise<void>) => void): typeof startHealthApp {
  const running: HealthApp[] = [];
  after(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });
  return async (...args) => {
    const app = await startHealthApp(...args);
    running.push(app);
    return app;
  };
}
