import { describe, expect, it } from '@jest/globals';
import { Browser, type Answer } from '../support/browser.js';
import { type GeneratedRequest, generateRequests, routesOf } from '../support/generated.requests.js';
import { useProfileService } from '../support/profile.service.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

const REQUESTS = 5_000;
/** Who sends them, each with an account of their own: some requests end the other sessions of a user. */
const VISITORS: readonly (readonly [string, string] | undefined)[] = [
  undefined,
  undefined,
  ['alice', 'alice-in-wonderland'],
  ['bob', 'bob-the-builder'],
  ['admin', 'admin-of-all-things'],
];
/** Some requests log out. */
const LOG_IN_EVERY = 25;

describe('whatever is sent to the sample application', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  const site = useProfileService(redis);

  it(`is no server error, over ${REQUESTS} generated requests to all routes, and what is refused changes nothing`, async () => {
    const { app, origin } = await start({ loginAttempts: false, profileServiceUrl: () => site.service });
    const routes = routesOf(app);
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([
        'GET /',
        'POST /login',
        'POST /cart/add',
        'POST /sign-up/submit',
        'PUT /profile',
      ]),
    );
    const faults: string[] = [];
    const statuses = new Map<number, number>();
    const requests = generateRequests(routes, REQUESTS);
    const shareOf = (visitor: number) => requests.filter((_, index) => index % VISITORS.length === visitor);
    await Promise.all(
      VISITORS.map(async (user, visitor) => {
        const browser = new Browser(origin);
        for (const [turn, request] of shareOf(visitor).entries()) {
          if (user !== undefined && turn % LOG_IN_EVERY === 0) await logIn(browser, user);
          const { handle } = browser;
          const before = await redis.client.get(`sess:${handle}`);
          const answer = await send(browser, request);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const fault = faultOf(answer);
          const isChanged = answer.status === 400 && (await redis.client.get(`sess:${handle}`)) !== before;
          if (fault || isChanged) faults.push(describeFault(request, answer, fault ?? 'changed the session'));
        }
      }),
    );
    expect(faults).toEqual([]);
    // Otherwise nothing got as far as a handler, or nothing was refused.
    expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
    expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 20);
  }, 240_000);

  async function logIn(browser: Browser, [username, password]: readonly [string, string]): Promise<void> {
    expect((await browser.post('/login', { username, password })).status).toBe(200);
  }

  function send(browser: Browser, { method, url, body, contentType }: GeneratedRequest): Promise<Answer> {
    const headers = {
      ...(contentType !== undefined && { 'content-type': contentType }),
      accept: method === 'GET' && url.length % 2 ? 'text/html' : 'application/json',
    };
    return browser.fetch(url, { method, headers, ...(method === 'GET' ? {} : { body }) });
  }

  function faultOf({ status, text, json }: Answer): string | undefined {
    if (status >= 500) return 'a server error';
    if (/\bat .+:\d+:\d+\)?$/m.test(text)) return 'a stack trace';
    if (status !== 400 || json === undefined) return undefined;
    return typeof json.message === 'string' && json.message.length > 5 ? undefined : 'no reason';
  }

  function describeFault(
    { method, url, body, contentType }: GeneratedRequest,
    answer: Answer,
    fault: string,
  ) {
    return `${fault}: ${method} ${url} ${contentType} ${body?.slice(0, 300)} -> ${answer.status} ${answer.text.slice(0, 300)}`;
  }
});
