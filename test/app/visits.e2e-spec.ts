import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const JSON_ONLY = { accept: 'application/json' };

describe('the start page', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  let app: SampleApp;
  let browser: Browser;
  beforeEach(async () => {
    app = await start();
    browser = new Browser(app.origin);
  });

  it('counts the visits of one browser', async () => {
    for (const visitCount of [1, 2, 3]) {
      expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount });
    }
  });

  it('counts each browser on its own', async () => {
    await browser.get('/');
    expect((await new Browser(app.origin).get('/', JSON_ONLY)).json).toEqual({ visitCount: 1 });
  });

  it('is a page for browsers, with a way to log in', async () => {
    await browser.get('/');
    const { status, headers, text } = await browser.get('/', { accept: 'text/html,*/*;q=0.8' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).toContain('You have visited this page 2 time(s).');
    expect(text).toMatch(/<a [^>]*href="\/login"/);
  });

  it('is a page for clients that say nothing, such as curl', async () => {
    expect((await browser.get('/', { accept: '*/*' })).text).toContain(
      'You have visited this page 1 time(s).',
    );
  });

  it('forbids browsers everything that the page does not need', async () => {
    const { headers, text } = await browser.get('/');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self'/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.has('x-powered-by')).toBe(false);
    expect(text).not.toMatch(/<script>|<style| style=| on\w+=/);
  });

  it("stores the guide's JSON under the handle, as long as the cookie lives", async () => {
    const { setCookie } = await browser.get('/', JSON_ONLY);
    const key = `sess:${browser.handle}`;
    expect(JSON.parse((await redis.client.get(key)) ?? '')).toMatchObject({
      cookie: { originalMaxAge: 1_800_000, httpOnly: true, path: '/' },
      visitCount: 1,
    });
    const maxAge = Number(/Max-Age=(\d+)/.exec(setCookie ?? '')?.[1]);
    expect(Math.abs((await redis.client.pttl(key)) - maxAge * 1000)).toBeLessThan(5_000);
  });

  it('is counted on by another instance on the same Redis', async () => {
    await browser.get('/');
    const elsewhere = new Browser((await start()).origin);
    elsewhere.cookie = browser.cookie;
    expect((await elsewhere.get('/', JSON_ONLY)).json).toEqual({ visitCount: 2 });
    expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount: 3 });
  });

  it('goes on counting after a restart', async () => {
    await browser.get('/');
    await app.close();
    const again = new Browser((await start()).origin);
    again.cookie = browser.cookie;
    expect((await again.get('/', JSON_ONLY)).json).toEqual({ visitCount: 2 });
  });
});
