import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const PAGE = { accept: 'text/html' };
const PREFERENCES = {
  theme: 'dark',
  language: 'de',
  pageSize: 50,
  newsletter: true,
  note: 'Ring twice.\nThank you.',
};
const DEFAULTS = { theme: 'system', language: 'en', pageSize: 20, newsletter: false, note: '' };

// A server of its own, so that its keys can be counted.
const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const start = useSampleApps(() => redis.url);
let app: SampleApp;
let browser: Browser;
beforeEach(async () => {
  await redis.client.flushdb();
  app = await start();
  browser = new Browser(app.origin);
});

const stored = () => redis.client.get(`sess:${browser.handle}`);
const submit = (path: string, fields: Record<string, string>) =>
  browser.fetch(path, { method: 'POST', headers: PAGE, body: new URLSearchParams(fields) });

const logIn = () => browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
const put = (body: unknown) =>
  browser.fetch('/session/preferences', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('preferences beside the session', () => {
  it('are for users only', async () => {
    expect((await browser.get('/session/preferences')).json.code).toBe('UNAUTHENTICATED');
    expect((await put(PREFERENCES)).status).toBe(401);
    const page = await browser.get('/session/preferences', PAGE);
    expect([page.status, page.text]).toEqual([
      401,
      expect.stringContaining('href="/login?to=%2Fsession%2Fpreferences"'),
    ]);
    expect(await redis.client.keys('user:*')).toEqual([]);
  });

  it('are kept for a day under a key of their own, and leave the session as it is', async () => {
    await logIn();
    expect((await browser.get('/session/preferences')).json).toEqual({
      preferences: DEFAULTS,
      bytes: 0,
      expiresAt: null,
    });
    const before = JSON.parse((await stored()) ?? '');
    const { json } = await put(PREFERENCES);
    expect(json.preferences).toEqual(PREFERENCES);
    const [key = '', ...others] = await redis.client.keys('user:*');
    expect([key, others]).toEqual([expect.stringMatching(/^user:\d+:preferences$/), []]);
    expect(JSON.parse((await redis.client.get(key)) ?? '')).toEqual(PREFERENCES);
    expect(Math.abs((await redis.client.pttl(key)) - 86_400_000)).toBeLessThan(10_000);
    expect(Math.abs(Date.parse(json.expiresAt) - Date.now() - 86_400_000)).toBeLessThan(10_000);
    expect(Object.keys(JSON.parse((await stored()) ?? ''))).toEqual(Object.keys(before));
    expect((await browser.get('/session')).json.preferencesBytes).toBe(json.bytes);

    const elsewhere = new Browser(app.origin);
    await elsewhere.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    expect((await elsewhere.get('/session/preferences')).json.preferences).toEqual(PREFERENCES);
    await elsewhere.post('/logout');
    await elsewhere.post('/login', { username: 'bob', password: 'bob-the-builder' });
    expect((await elsewhere.get('/session/preferences')).json.preferences).toEqual(DEFAULTS);
  });

  it('are changed by a form, which is shown again when something is wrong', async () => {
    await logIn();
    const fields = {
      theme: 'light',
      language: 'fr',
      pageSize: '30',
      note: '</textarea><script>alert(1)</script>',
    };
    const { status, headers } = await submit('/session/preferences', fields);
    expect([status, headers.get('location')]).toEqual([303, '/session/preferences']);
    const { text } = await browser.get('/session/preferences', PAGE);
    expect(text).toContain('&lt;/textarea>&lt;script>');
    expect(text).not.toContain('<script>alert');
    const wrong = await submit('/session/preferences', { ...fields, pageSize: '5000', theme: '"><b>' });
    expect([wrong.status, wrong.text]).toEqual([
      400,
      expect.stringContaining('must be a whole number from 10 to 100'),
    ]);
    expect(wrong.text).toContain('value="5000"');
    expect((await browser.get('/session/preferences')).json.preferences).toEqual({
      ...fields,
      pageSize: 30,
      newsletter: false,
    });
  });

  it('are refused when they are none, with the fields and the reasons', async () => {
    await logIn();
    const wrong: [unknown, string][] = [
      [{ ...PREFERENCES, theme: 'pink' }, 'theme'],
      [{ ...PREFERENCES, theme: ['dark'] }, 'theme'],
      [{ ...PREFERENCES, language: '__proto__' }, 'language'],
      [{ ...PREFERENCES, pageSize: 1e300 }, 'pageSize'],
      [{ ...PREFERENCES, pageSize: {} }, 'pageSize'],
      [{ ...PREFERENCES, newsletter: 'perhaps' }, 'newsletter'],
      [{ ...PREFERENCES, note: 'x'.repeat(2_001) }, 'note'],
      [{ ...PREFERENCES, note: 'a\0b' }, 'note'],
      [{}, 'theme'],
    ];
    for (const [body, field] of wrong) {
      const { status, json } = await put(body);
      expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
      expect(Object.keys(json.problems)).toContain(field);
    }
    expect((await put([])).status).toBe(400);
    expect(
      (await put({ ...PREFERENCES, note: '\ud800', extra: { deep: 1 } })).json.preferences,
    ).not.toHaveProperty('extra');
  });

  it('are the defaults where something else was put in their place', async () => {
    await logIn();
    await put(PREFERENCES);
    const [key = ''] = await redis.client.keys('user:*');
    for (const text of ['{', '[]', 'null', '{"theme":1}']) {
      await redis.client.set(key, text);
      expect((await browser.get('/session/preferences')).json.preferences).toEqual(DEFAULTS);
    }
  });
});
