import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { loginAs } from 'nestjs-redis-session/testing';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { type CommandProcess, type Ending, useCommand } from './session.command.js';

/** An id of a session of connect-redis: who has it has the session. */
export const PLAIN = 'AbCdEfGhIjKlMnOpQrStUvWxYz012345';

/** An application with sessions in a Redis of its own (password `hunter2redis`), empty for each test, and the command beside it. */
export function useInspectedApp() {
  const redis = useRedis({ password: 'hunter2redis' });
  const command = useCommand();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, { module: { controllers: [AnswersController] } });
  });
  afterAll(() => app.close());
  afterEach(() => redis.client.flushall());
  return {
    redis,
    ...command,
    sessions: (...args: string[]): Promise<Ending> =>
      command.run(['sessions', ...args], { REDIS_URL: redis.url }),
    watch: (): CommandProcess => command.start(['sessions', 'monitor', '--redis', redis.url]),
    visit: (): Browser => new Browser(app.origin),
    /** Somebody who is logged in. */
    async login(userId: string, roles: string[] = []): Promise<Browser> {
      const browser = new Browser(app.origin);
      browser.cookie = await loginAs(app.app, { userId, roles });
      return browser;
    },
    /** A session as express-session + connect-redis leave it. */
    storePlain: (fields: object, id = PLAIN) =>
      redis.client.set(
        `sess:${id}`,
        JSON.stringify({ cookie: { originalMaxAge: 1_800_000, httpOnly: true, path: '/' }, ...fields }),
        'EX',
        1_800,
      ),
  };
}

/** What was printed with --json. */
export const linesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, any>);
