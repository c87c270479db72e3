import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Clock, type Milliseconds } from 'nestjs-redis-session';
import { createApplication } from '../../src/application.js';
import { Browser } from './browser.js';
import { useDatabase } from './database.js';
import type { TestRedis } from './redis.js';
import { SECRET } from './test-app.js';

export const JSON_ONLY = { accept: 'application/json' };
export const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
export const PASSWORD = 'four words nobody joins';
export const PERSON = { fullName: 'Carol <b>Doe</b>', email: 'carol@example.com', city: 'Łódź' };
export const INTERESTS = { interests: ['tea', 'chess'], about: 'One line,\nand another.' };

export const accountOf = (username: string) => ({ username, password: PASSWORD, repeated: PASSWORD });

/** Sends a form of the sign-up as a browser does. */
export const postForm = (
  browser: Browser,
  step: string,
  fields: Record<string, string> | string[][] = {},
) => {
  const body = new URLSearchParams();
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  for (const [name = '', value = ''] of pairs) body.append(name, value);
  return browser.fetch(`/sign-up/${step}`, { method: 'POST', headers: PAGE, body });
};

/** Does the same several times at once. */
export const parallel = <T>(times: number, work: (place: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, place) => work(place)));

/** The sample application for all tests of a file, and visitors who sign up. */
export interface SignUps {
  readonly app: NestExpressApplication;
  /** A visitor who has been nowhere yet. */
  browser(): Browser;
  /** Another tab of the same browser. */
  tabOf(browser: Browser): Browser;
  /** A name that no other test takes. */
  newName(): string;
  /** A visitor who has done all steps but the last. */
  visitor(username?: string): Promise<Browser>;
  /** What Redis holds of the visitor's session. */
  record(browser: Browser): Promise<any>;
  state(browser: Browser): Promise<any>;
  /** Sets the application's clock ahead of the machine's. */
  setAhead(by: Milliseconds): void;
}

export function useSignUps(redis: TestRedis): SignUps {
  const database = useDatabase();
  let app: NestExpressApplication;
  let origin: string;
  let ahead = 0;
  let names = 0;
  beforeAll(async () => {
    const options = { redis: redis.url, database: database.opened.database, sessionSecret: SECRET };
    app = await createApplication(options, false);
    jest.spyOn(app.get(Clock), 'now').mockImplementation(() => Date.now() + ahead);
    await app.listen(0, '127.0.0.1');
    origin = await app.getUrl();
  });
  afterAll(() => app?.close());
  const signUps: SignUps = {
    get app() {
      return app;
    },
    browser: () => new Browser(origin),
    tabOf: ({ cookie }) => Object.assign(new Browser(origin), { cookie }),
    newName: () => `Carol-${(names += 1)}`,
    async visitor(username = signUps.newName()) {
      const browser = new Browser(origin);
      const answers = [
        await browser.post('/sign-up/account', accountOf(username)),
        await browser.post('/sign-up/person', PERSON),
        await browser.post('/sign-up/interests', INTERESTS),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      return browser;
    },
    record: async ({ handle }) => JSON.parse((await redis.client.get(`sess:${handle}`)) ?? 'null'),
    state: async (browser) => (await browser.get('/sign-up', JSON_ONLY)).json,
    setAhead: (by) => {
      ahead = by;
    },
  };
  return signUps;
}
