import { afterEach } from '@jest/globals';
import {
  type Clock,
  RedisSessionStore,
  SessionEvents,
  type SessionEvent,
  type SessionModuleOptions,
  SessionRegistry,
} from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { AccountController, Accounts } from './account.controller.js';
import { type Answer, Browser } from './browser.js';
import type { Gates } from './gates.js';
import type { TestRedis } from './redis.js';
import { type AdapterName, startApp } from './test-app.js';

/** An application with accounts. */
export interface AccountApp<C extends Clock = FakeClock> {
  clock: C;
  events: SessionEvent[];
  gates: Gates;
  registry: SessionRegistry;
  store: RedisSessionStore;
  visit(): Browser;
  /** A browser that has logged in. */
  login(userId: string, how?: { rememberMe?: boolean; roles?: string[] }): Promise<Browser>;
  /** The same browser, or a thief's, with the cookie as it is now. */
  copyOf(browser: Browser): Browser;
}

/** Applications with accounts and a clock of their own, closed after each test. */
export function useAccountApps(redis: TestRedis, adapter: AdapterName) {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });
  return async <C extends Clock = FakeClock>(
    session: Partial<SessionModuleOptions> = {},
    given?: C,
  ): Promise<AccountApp<C>> => {
    const clock = given ?? (new FakeClock() as Clock as C);
    const { app, origin, close } = await startApp(redis.url, {
      adapter,
      clock,
      session,
      module: { controllers: [AccountController], providers: [Accounts] },
    });
    closing.push(close);
    const events: SessionEvent[] = [];
    app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    const visit = (): Browser => new Browser(origin);
    return {
      clock,
      events,
      gates: app.get(Accounts).gates,
      registry: app.get(SessionRegistry),
      store: app.get(RedisSessionStore),
      visit,
      login: async (userId, how = {}) => {
        const browser = visit();
        await browser.post('/login', { userId, ...how });
        return browser;
      },
      copyOf: (browser) => Object.assign(visit(), { cookie: browser.cookie }),
    };
  };
}

/** Status and code of a refusal. */
export const refusal = ({ status, json }: Answer): [number, unknown] => [status, json?.code];
