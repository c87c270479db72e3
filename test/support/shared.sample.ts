import { afterAll, beforeAll, jest } from '@jest/globals';
import { createApplication } from '../../src/application.js';
import type { User } from '../../src/users/user.js';
import { UsersService } from '../../src/users/users.service.js';
import { type Answer, Browser } from './browser.js';
import { useDatabase } from './database.js';
import type { TestRedis } from './redis.js';
import { SECRET } from './test-app.js';

export const JSON_ONLY = { accept: 'application/json' };
export const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** A user of one test alone, so that what a test changes is nobody else's. */
export interface Somebody extends User {
  password: string;
}

/** One sample application for all tests of a file, each with users of its own. */
export interface SharedSample {
  readonly origin: string;
  readonly users: UsersService;
  /** Makes a user. */
  somebody(name?: string): Promise<Somebody>;
  /** A browser in which somebody is logged in. */
  logIn(who: Somebody, how?: { rememberMe?: boolean; userAgent?: string }): Promise<Browser>;
}

export function useSharedSample(redis: TestRedis): SharedSample {
  const database = useDatabase();
  let origin = '';
  let users: UsersService;
  let close: (() => Promise<void>) | undefined;
  let count = 0;
  beforeAll(async () => {
    const options = { redis: redis.url, database: database.opened.database, sessionSecret: SECRET };
    const app = await createApplication(options, false);
    close = () => app.close();
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
    users = app.get(UsersService, { strict: false });
  });
  afterAll(() => close?.());
  return {
    get origin() {
      return origin;
    },
    get users() {
      return users;
    },
    async somebody(name = `somebody-${count++}`) {
      const password = 'an old one of twenty signs';
      const user = await users.create({ name, password });
      return { ...user!, password };
    },
    async logIn({ name, password }, { userAgent = 'node', ...how } = {}) {
      const browser = new Browser(origin);
      const { status, text } = await browser.fetch('/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': userAgent },
        body: JSON.stringify({ username: name, password, ...how }),
      });
      if (status !== 200) throw new Error(`The login was answered ${status}: ${text}`);
      return browser;
    },
  };
}

/** Sends a form as a browser does. */
export function sendForm(
  browser: Browser,
  path: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(fields);
  return browser.fetch(path, { method: 'POST', headers: { ...PAGE, ...headers }, body });
}

/** The same browser with the cookie that it has now. */
export function copyOf(browser: Browser, origin: string): Browser {
  const copy = new Browser(origin);
  copy.cookie = browser.cookie;
  return copy;
}

/** Lets time pass for the application, which reads the clock of this process. `jest.restoreAllMocks()` ends it. */
export function pass(time: number): void {
  const now = Date.now() + time;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
}

/** The status of an answer and the code in it. */
export const codeOf = ({ status, json }: Answer): unknown[] => [status, json?.code];
