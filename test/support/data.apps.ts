import { afterEach, jest } from '@jest/globals';
import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentUser,
  LoginService,
  type SessionEvent,
  SessionEvents,
  type SessionLifeOptions,
  type SessionUser,
} from 'nestjs-redis-session';
import { Browser } from './browser.js';
import { DataController } from './data.controller.js';
import type { TestRedis } from './redis.js';
import { type AdapterName, startApp, type TestApp, type TestAppOptions } from './test-app.js';

@Controller()
class WhoController {
  constructor(private readonly logins: LoginService) {}

  @Post('login')
  login(@Req() request: AnyRequest, @Query('as') userId: string) {
    return this.logins.login(request, { account: userId, verify: () => ({ userId }) });
  }

  @Get('who')
  who(@CurrentUser() user: SessionUser | undefined) {
    return { userId: user?.userId ?? null };
  }
}

/** An application of the data routes and its events. */
export interface DataApp {
  app: TestApp;
  events: SessionEvent[];
  visit(): Browser;
}

/** Applications with a serializer, closed after each test. */
export function useDataApps(redis: TestRedis, adapter: AdapterName) {
  const apps: TestApp[] = [];
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  async function start(session: SessionLifeOptions, more: TestAppOptions['session'] = {}): Promise<DataApp> {
    const app = await startApp(redis.url, {
      adapter,
      session: { session, ...more },
      module: { controllers: [DataController, WhoController] },
    });
    apps.push(app);
    const events: SessionEvent[] = [];
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return { app, events, visit: () => new Browser(app.origin) };
  }

  /** The same browser, looking at another application that shares Redis and the cookie's secret. */
  function moved(browser: Browser, to: { app: TestApp }): Browser {
    const other = new Browser(to.app.origin);
    other.cookie = browser.cookie;
    return other;
  }

  const stored = async (browser: Browser): Promise<string> =>
    (await redis.client.get(`sess:${browser.handle}`))!;
  const unreadable = (handle: string, problem: string): SessionEvent => ({
    type: 'session.unreadable',
    handle,
    problem,
  });
  return { start, moved, stored, unreadable };
}
