import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

const PATH = '/admin/analytics';
const JSON_ONLY = { accept: 'application/json' };
const PAGE = { accept: 'text/html' };

describe('the analytics page', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  let origin: string;
  beforeEach(async () => {
    ({ origin } = await start());
  });

  async function loggedIn(username: string, password: string): Promise<Browser> {
    const browser = new Browser(origin);
    expect((await browser.post('/login', { username, password })).status).toBe(200);
    return browser;
  }
  const admin = () => loggedIn('admin', 'admin-of-all-things');

  it('is for administrators only', async () => {
    expect((await new Browser(origin).get(PATH, JSON_ONLY)).json.code).toBe('UNAUTHENTICATED');
    const alice = await loggedIn('alice', 'alice-in-wonderland');
    expect((await alice.get(PATH, JSON_ONLY)).json.code).toBe('INSUFFICIENT_ROLE');
    expect((await alice.get('/', PAGE)).text).not.toContain(`href="${PATH}"`);
    expect((await (await admin()).get('/', PAGE)).text).toContain(`href="${PATH}"`);
  });

  it('counts visits by itself, and gives programs the figures of each day', async () => {
    const browser = await admin();
    for (const visitor of [new Browser(origin), new Browser(origin)]) {
      await visitor.get('/?name=alice');
      await visitor.get('/');
    }
    const someone = new Browser(origin);
    await someone.get('/sign-up/account');
    const password = 'a long one that nobody guesses';
    await someone.post('/sign-up/account', { username: 'somebody', password, repeated: password });
    let found: any;
    // It is written within a second.
    do {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = (await browser.get(`${PATH}?days=7`, JSON_ONLY)).json;
    } while (found.days.at(-1).visitors < 4);
    expect(found.now).toEqual({ activeSessions: expect.any(Number), within: 300_000 });
    expect(found.days).toHaveLength(7);
    const today = found.days.at(-1);
    expect(today.date).toBe(new Date().toISOString().slice(0, 10));
    expect(today.routes).toContainEqual({ route: 'GET /', requests: expect.any(Number) });
    expect(today.funnels['sign-up'].map(({ step }: any) => step)).toEqual([
      'account',
      'person',
      'interests',
      'review',
      'welcome',
    ]);
    // Each visitor got as far as this step; who only looks at the first form is nobody yet.
    expect(today.funnels['sign-up'].map(({ sessions }: any) => sessions)).toEqual([1, 1, 0, 0, 0]);
    const { text } = await browser.get(PATH, PAGE);
    expect(text).toMatch(/<th scope="row">GET \/<\/th>/);
    expect(text).not.toContain('name=alice');
    expect(text).not.toMatch(/<script>|<style| style=| on\w+=/);
  });

  it('shows 30 days unless 7 or 90 are asked for, and refuses everything else', async () => {
    const browser = await admin();
    for (const [query, count] of [
      ['', 30],
      ['?days=7', 7],
      ['?days=90', 90],
    ] as const) {
      expect((await browser.get(PATH + query, JSON_ONLY)).json.days).toHaveLength(count);
    }
    const wrong = ['8', '', '1e1', '-7', '7&days=30', '%00', '99999999999999999999', '%3Cb%3E', '__proto__'];
    for (const days of wrong) {
      const { status, json } = await browser.get(`${PATH}?days=${days}`, JSON_ONLY);
      expect([days, status, json.code, json.problems]).toEqual([
        days,
        400,
        'INVALID_INPUT',
        { days: 'must be one of 7, 30, 90' },
      ]);
    }
    expect((await browser.get(`${PATH}?days=1`, PAGE)).status).toBe(400);
  });
});
