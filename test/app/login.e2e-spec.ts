import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const JSON_ONLY = { accept: 'application/json' };
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };
const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const redis = useRedis();
const start = useSampleApps(() => redis.url);
let app: SampleApp;
let browser: Browser;
beforeEach(async () => {
  app = await start();
  browser = new Browser(app.origin);
});

const postForm = (path: string, fields: Record<string, string>, headers = PAGE) =>
  browser.fetch(path, { method: 'POST', headers, body: new URLSearchParams(fields) });

describe('logging in with JSON', () => {
  it.each([
    [ALICE, { userId: '1001', name: 'alice', roles: [] }],
    [
      { username: 'bob', password: 'bob-the-builder' },
      { userId: '1002', name: 'bob', roles: [] },
    ],
    [
      { username: 'admin', password: 'admin-of-all-things' },
      { userId: '1003', name: 'admin', roles: ['admin'] },
    ],
  ])('lets %j in', async (credentials, user) => {
    const { status, json } = await browser.post('/login', credentials);
    expect([status, json]).toEqual([200, { success: true, user }]);
    expect((await browser.get('/me')).json).toEqual({ user, authenticatedAt: expect.any(String) });
  });

  it('says the same about a wrong password and an unknown user', async () => {
    const wrong = await browser.post('/login', { ...ALICE, password: 'wrong' });
    const unknown = await browser.post('/login', { ...ALICE, username: 'nobody' });
    expect(wrong.status).toBe(401);
    expect(wrong.json.code).toBe('INVALID_CREDENTIALS');
    expect([unknown.status, unknown.json]).toEqual([wrong.status, wrong.json]);
    expect((await browser.get('/me')).status).toBe(401);
  });

  it('keeps the number of visits and makes the cookie from before worthless', async () => {
    await browser.get('/');
    const before = new Browser(app.origin);
    before.cookie = browser.cookie;
    await browser.post('/login', ALICE);
    expect(browser.cookie).not.toBe(before.cookie);
    expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount: 2 });
    expect((await before.get('/', JSON_ONLY)).json).toEqual({ visitCount: 1 });
  });

  it('remembers for two weeks, until the browser closes, or for half an hour', async () => {
    const lifetime = async (rememberMe?: boolean) => {
      const { setCookie } = await new Browser(app.origin).post('/login', { ...ALICE, rememberMe });
      return /Max-Age=(\d+)/.exec(setCookie ?? '')?.[1];
    };
    expect(await lifetime(true)).toBe('1209600');
    expect(await lifetime(false)).toBeUndefined();
    expect(await lifetime()).toBe('1800');
  });

  it.each([
    [{}, /username must be text; password must be text/],
    [{ ...ALICE, username: '' }, /username must not be empty/],
    [{ ...ALICE, password: 'x'.repeat(1_001) }, /password must have at most 1000 characters/],
    [{ ...ALICE, rememberMe: 'maybe' }, /rememberMe must be true or false/],
    [[], /must be a JSON object or a form, with username and password/],
  ])('refuses %j and names the field', async (body, message) => {
    const { status, json } = await browser.post('/login', body);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      statusCode: 400,
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

describe('logging in with the form', () => {
  it('leads to the start page, which says who is logged in', async () => {
    const { status, headers } = await postForm('/login', ALICE);
    expect([status, headers.get('location')]).toEqual([303, '/']);
    const { text } = await browser.get('/', PAGE);
    expect(text).toMatch(/Logged in as<\/span> <strong>alice/);
    expect(text).toMatch(/method="post" action="\/logout"/);
  });

  it('leads back to the page that asked for it, also after a wrong password, and to no other site', async () => {
    const refused = await browser.get('/devices?from=link', PAGE);
    const link = '/login?to=%2Fdevices%3Ffrom%3Dlink';
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining(`href="${link}"`)]);
    const field = 'name="to" value="/devices?from=link"';
    expect((await browser.get(link, PAGE)).text).toContain(field);
    const to = '/devices?from=link';
    expect((await postForm('/login', { ...ALICE, password: 'wrong', to })).text).toContain(field);
    expect((await postForm('/login', { ...ALICE, to })).headers.get('location')).toBe(to);
    const away = await postForm('/login', { ...ALICE, to: '//evil.example/' });
    expect(away.headers.get('location')).toBe('/');
    expect((await browser.get('/login?to=https://evil.example/', PAGE)).text).not.toContain('evil');
  });

  it('takes a box that is not ticked as a wish to be forgotten', async () => {
    expect((await postForm('/login', ALICE)).setCookie).not.toMatch(/Max-Age/);
    expect((await postForm('/login', { ...ALICE, rememberMe: 'on' })).setCookie).toMatch(/Max-Age=1209600/);
  });

  it('shows the form again after a wrong password, with the name but without the password', async () => {
    const { status, headers, text } = await postForm('/login', {
      username: '"><b>',
      password: 'wrong-password',
    });
    expect(status).toBe(401);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('The user name or the password is wrong.');
    expect(text).toContain('value="&quot;>&lt;b>"');
    expect(text).not.toContain('wrong-password');
  });

  it('shows the form again when a field is missing', async () => {
    const { status, text } = await postForm('/login', { username: 'alice' });
    expect(status).toBe(400);
    expect(text).toContain('password must be text');
  });

  it('answers with JSON where that is asked for', async () => {
    const { status, json } = await postForm('/login', ALICE, JSON_ONLY);
    expect([status, json.success]).toEqual([200, true]);
  });
});

describe('logging out', () => {
  it('ends the session, for whoever still has its cookie too', async () => {
    await browser.post('/login', ALICE);
    const copy = new Browser(app.origin);
    copy.cookie = browser.cookie;
    const { status, json, headers } = await browser.post('/logout');
    expect([status, json]).toEqual([200, { success: true }]);
    expect(headers.get('clear-site-data')).toBe('"storage"');
    expect(browser.cookie).toBeUndefined();
    expect((await browser.get('/me')).status).toBe(401);
    expect((await copy.get('/me')).json).toMatchObject({ statusCode: 401, code: 'SESSION_ENDED' });
  });

  it('leads to the start page when the button was pressed', async () => {
    await postForm('/login', ALICE);
    const { status, headers } = await postForm('/logout', {});
    expect([status, headers.get('location')]).toEqual([303, '/']);
    expect((await browser.get('/', PAGE)).text).toContain('Log in');
  });

  it('does no harm when nobody is logged in', async () => {
    expect((await browser.post('/logout')).status).toBe(200);
  });
});

describe('guessing passwords', () => {
  it('shows the form again with how long to wait, and tells programs too', async () => {
    for (let tries = 0; tries < 5; tries++) await postForm('/login', { username: 'mallory', password: 'x' });
    const { status, text, headers } = await postForm('/login', { username: 'mallory', password: 'x' });
    expect([status, headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    expect(text).toMatch(/role="alert">Too many attempts\. Please try again in \d+ seconds\.</);
    expect(text).toContain('value="mallory"');
    const program = await browser.post('/login', { username: 'Mallory', password: 'x' });
    expect([program.status, program.json.code]).toEqual([429, 'LOGIN_BLOCKED']);
  });
});

describe('GET /me when nobody is logged in', () => {
  it('is 401 UNAUTHENTICATED for programs', async () => {
    const { status, json } = await browser.get('/me', { accept: '*/*' });
    expect([status, json.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('is a page with a way to log in for browsers', async () => {
    const { status, text } = await browser.get('/me', PAGE);
    expect(status).toBe(401);
    expect(text).toMatch(/<a [^>]*href="\/login\?to=%2Fme"/);
    expect((await browser.get('/login', PAGE)).text).toContain('action="/login"');
  });
});
