import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useProfileService } from '../support/profile.service.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

const BOB = { username: 'bob', password: 'bob-the-builder' };
const KEY = 'user_profile:1002';
const AS_A_PAGE = { accept: 'text/html' };
const BEFORE = {
  fullName: 'Bob Builder',
  email: 'bob@example.com',
  city: 'Bobsville',
  about: 'Can we fix it?',
  interests: ['machines'],
};

describe('the profile', () => {
  const redis = useRedis();
  const site = useProfileService(redis);
  let browser: Browser;
  const put = (body: unknown) =>
    browser.fetch('/profile', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const send = (fields: Record<string, string>) =>
    browser.fetch('/profile', { method: 'POST', headers: AS_A_PAGE, body: new URLSearchParams(fields) });
  const kept = async () => JSON.parse((await redis.client.get(KEY))!);
  beforeEach(async () => {
    browser = new Browser(site.app);
    await browser.post('/login', BOB);
  });

  it('is what the profile service answers, as JSON and as a page', async () => {
    // Something that only the service can know.
    await redis.client.set(KEY, JSON.stringify({ ...(await kept()), city: 'Elsewhere' }), 'EX', 1_000);
    expect((await browser.get('/profile')).json).toMatchObject({ name: 'bob', city: 'Elsewhere' });
    const { status, text } = await browser.get('/profile', AS_A_PAGE);
    expect(status).toBe(200);
    expect(text).toContain('<dd class="lines">Elsewhere</dd>');
    expect(text).toContain('value="Bobsville"');
  });

  it('can be changed, in the database and for the service, for seven more days', async () => {
    await redis.client.expire(KEY, 1_000);
    const { status, json } = await put({ city: ' Leeds ', interests: ['bricks', 'tea', 'bricks'] });
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({ city: 'Leeds', fullName: 'Bob Builder' }),
    ]);
    expect(json.interests).toEqual(['bricks', 'tea']);
    expect(await kept()).toEqual(json);
    expect(await redis.client.ttl(KEY)).toBeGreaterThan(604_790);
    // From the database, at the next login.
    await redis.client.del(KEY);
    await browser.post('/login', BOB);
    expect(await kept()).toEqual(json);
    await put(BEFORE);
  });

  it('can be changed by the form, which leads back to the page', async () => {
    const { status, headers } = await send({ ...BEFORE, city: 'York', interests: 'tea, , chess' });
    expect([status, headers.get('location')]).toEqual([303, '/profile?saved']);
    const { text } = await browser.get('/profile?saved', AS_A_PAGE);
    expect(text).toContain('Your profile is changed');
    expect(await kept()).toMatchObject({ city: 'York', interests: ['tea', 'chess'] });
    await put(BEFORE);
  });

  it('is kept as it is in the database when many change it at one time', async () => {
    const changes = Array.from({ length: 20 }, (_, n) => put({ city: `City ${n}` }));
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(changes.map(() => 200));
    const newest = await kept();
    await redis.client.del(KEY);
    await browser.post('/login', BOB);
    expect(await kept()).toEqual(newest);
    await put(BEFORE);
  });

  it('shows hostile text as text', async () => {
    const hostile = `<script>alert("x")</script>'&`;
    await put({ fullName: hostile, city: hostile, about: hostile, interests: [hostile.replace(',', '')] });
    const { text } = await browser.get('/profile', AS_A_PAGE);
    expect(text).not.toContain('<script>alert');
    expect(text.match(/&lt;script>alert/g)?.length).toBeGreaterThanOrEqual(8);
    await put(BEFORE);
  });

  it.each([
    ['a number', { city: 7 }, 'city', 'must be text'],
    ['too long', { fullName: 'x'.repeat(101) }, 'fullName', 'must have at most 100 characters'],
    ['two lines', { city: 'a\nb' }, 'city', 'must be one line without control characters'],
    ['a null byte', { about: 'a\u0000b' }, 'about', 'must not contain control characters'],
    ['half a character', { about: 'a\ud800b' }, 'about', 'must not contain half a character'],
    ['no address', { email: 'bob' }, 'email', /^must be empty or an address/],
    ['an object for a list', { interests: { 0: 'a' } }, 'interests', 'must be a list of texts'],
    ['a list of numbers', { interests: [1e308] }, 'interests.0', 'must be text'],
    ['a long list', { interests: Array.from({ length: 21 }, (_, n) => `${n}`) }, 'interests', /at most 20/],
  ])('refuses %s and says where', async (_, change, field, reason) => {
    const before = await kept();
    const { status, json } = await put({ city: 'Nowhere', ...change });
    expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
    expect(json.problems[field]).toMatch(reason);
    expect(await kept()).toEqual(before);
    expect((await browser.get('/profile')).json).toEqual(before);
  });

  it.each([
    '[]',
    '"x"',
    'null',
    '{}',
    '{',
    '{"roles":["admin"],"name":"eve","userId":"1"}',
    '{"__proto__":{"city":"x"}}',
  ])('refuses %s as a whole', async (body) => {
    const before = await kept();
    expect((await put(body)).status).toBe(400);
    expect(await kept()).toEqual(before);
  });

  it('shows the form again with what was typed and what is wrong', async () => {
    const { status, text } = await send({ city: 'y'.repeat(101), about: '</textarea><b>' });
    expect(status).toBe(400);
    expect(text).toContain(`value="${'y'.repeat(101)}"`);
    expect(text).toContain('id="city-problem"');
    expect(text).toContain('&lt;/textarea>&lt;b>');
  });

  it('is for nobody who is not logged in', async () => {
    browser.cookie = undefined;
    for (const answer of [await browser.get('/profile'), await put({ city: 'x' }), await send({ city: 'x' })])
      expect(answer.status).toBe(401);
  });

  it('is stored again when the service misses it', async () => {
    await redis.client.del(KEY);
    expect((await browser.get('/profile')).json).toMatchObject({ city: 'Bobsville' });
    expect(await redis.client.ttl(KEY)).toBeGreaterThan(604_790);
  });
});

describe('the profile while the profile service', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  let instead: Server | undefined;
  afterEach(() => {
    instead?.closeAllConnections();
    instead?.close();
  });
  /** Something else where the service should be. */
  async function visitWith(answer: RequestListener): Promise<Browser> {
    instead = createServer(answer).listen(0, '127.0.0.1');
    await new Promise((resolve) => instead!.once('listening', resolve));
    const { port } = instead.address() as AddressInfo;
    const app = await start({ profileServiceUrl: () => `http://127.0.0.1:${port}` });
    const browser = new Browser(app.origin);
    await browser.post('/login', BOB);
    return browser;
  }
  async function expectWithout(browser: Browser, reason: string): Promise<void> {
    const { status, text } = await browser.get('/profile', AS_A_PAGE);
    expect(status).toBe(200);
    expect(text).toContain(`The profile service is not there. ${reason}`);
    expect(text).toContain('value="Bobsville"');
    const program = await browser.get('/profile');
    expect([program.status, program.json.code]).toEqual([503, 'PROFILE_SERVICE_UNAVAILABLE']);
  }

  it('is switched off shows a notice and the form', async () => {
    const browser = new Browser((await start()).origin);
    await browser.post('/login', BOB);
    await expectWithout(browser, 'It does not run.');
  });

  it('cannot be reached shows a notice and the form', async () => {
    const browser = await visitWith((request) => request.socket.destroy());
    await expectWithout(browser, 'It cannot be reached.');
  });

  it('does not answer waits for a moment only', async () => {
    const browser = await visitWith(() => undefined);
    await expectWithout(browser, 'It did not answer within 1.5 seconds.');
  });

  it('answers nonsense shows a notice and the form', async () => {
    const browser = await visitWith((_, response) => response.end('<html>'));
    await expectWithout(browser, 'It cannot be reached.');
  });

  it('is asked gets the cookie of the session and no other one', async () => {
    let cookie: string | undefined;
    const browser = await visitWith((request, response) => {
      ({ cookie } = request.headers);
      response.end(JSON.stringify({ interests: [] }));
    });
    const own = browser.cookie;
    browser.cookie = `a=1; ${own}; device=secret`;
    await browser.get('/profile');
    expect(cookie).toBe(own);
  });

  it('gets no profiles, because Redis refuses to store them, keeps nobody from logging in', async () => {
    const may = ['ACL', 'SETUSER', 'narrow', 'reset', 'on', '>word', '~sess*', '+@all'];
    await redis.client.call(...(may as [string, ...string[]]));
    const narrow = await start({ redis: redis.url.replace('redis://', 'redis://narrow:word@') });
    const visitor = new Browser(narrow.origin);
    expect((await visitor.post('/login', BOB)).status).toBe(200);
    expect((await visitor.get('/me')).status).toBe(200);
    // Nobody is told that it is stored when it is not.
    const { status, json } = await visitor.fetch('/profile', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(BEFORE),
    });
    expect([status, json.code]).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
  });
});
