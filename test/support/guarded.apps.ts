import { afterAll, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthenticatedGuard,
  FreshLoginGuard,
  hours,
  RolesGuard,
  type SessionEvent,
  SessionEvents,
} from 'nestjs-redis-session';
import { FakeClock, loginAs, type LoginAsOptions } from 'nestjs-redis-session/testing';
import { Browser } from './browser.js';
import * as routes from './guarded.controllers.js';
import { type TestRedis, useRedis } from './redis.js';
import { type AdapterName, startApp, type TestApp } from './test-app.js';

/** What {@link GuardedApps.ask} gives for whoever passed. */
export const PASSED = [200, routes.OK];

/** Two applications with the routes of guarded.controllers.ts, and a clock for both. */
export interface GuardedApps {
  readonly redis: TestRedis;
  readonly clock: FakeClock;
  readonly events: SessionEvent[];
  /** Guards stand in `@UseGuards`. */
  readonly app: TestApp;
  /** The three guards stand before the whole application. */
  readonly guarded: TestApp;
  start(controllers: Type[], appGuards: Type[]): Promise<TestApp>;
  login(roles?: string[], options?: LoginAsOptions, at?: TestApp): Promise<Browser>;
  nobody(at?: TestApp): Browser;
  /** Status, and the body or the code of the refusal. */
  ask(browser: Browser, path: string): Promise<[number, unknown]>;
  /** Lets the login of a stored session count as fresh only that long, as "remember me" does. */
  setFresh(browser: Browser, fresh: { idle: number; absolute: number }): Promise<void>;
}

/** Starts them before the tests of a block, and closes them after it. */
export function useGuardedApps(adapter: AdapterName): GuardedApps {
  const redis = useRedis();
  const clock = new FakeClock();
  const events: SessionEvent[] = [];
  let app: TestApp;
  let guarded: TestApp;
  const start = async (controllers: Type[], appGuards: Type[]): Promise<TestApp> => {
    const providers = appGuards.map((useClass) => ({ provide: APP_GUARD, useClass }));
    const started = await startApp(redis.url, { adapter, clock, module: { controllers, providers } });
    started.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return started;
  };
  beforeAll(async () => {
    const { ClosedController, BareController, PlainController, ...others } = routes;
    const { MembersController, AdminController, SettingsController, PagesController } = others;
    app = await start(
      [
        MembersController,
        AdminController,
        SettingsController,
        PagesController,
        BareController,
        PlainController,
      ],
      [],
    );
    guarded = await start(
      [PlainController, ClosedController, BareController],
      [AuthenticatedGuard, RolesGuard, FreshLoginGuard],
    );
  });
  afterAll(async () => {
    await Promise.all([app.close(), guarded.close()]);
  });
  return {
    redis,
    clock,
    events,
    start,
    get app() {
      return app;
    },
    get guarded() {
      return guarded;
    },
    nobody: (at = app) => new Browser(at.origin),
    async login(roles = [], options = {}, at = app) {
      const browser = new Browser(at.origin);
      browser.cookie = await loginAs(at.app, { userId: 'u-1', roles }, options);
      return browser;
    },
    async ask(browser, path) {
      const { status, json } = await browser.get(path);
      return [status, status === 200 ? json : json.code];
    },
    async setFresh({ handle }, fresh) {
      const key = `sess:${handle}`;
      const record = JSON.parse((await redis.client.get(key))!);
      record.$session.policy = { ...record.$session.policy, idle: hours(24), absolute: hours(48), fresh };
      await redis.client.set(key, JSON.stringify(record), 'PX', hours(24));
    },
  };
}
