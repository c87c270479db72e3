import { describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

const HTML = { accept: 'text/html' };

describe("a visitor's session in Redis", () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);

  it('is nothing at first, and gets no cookie by looking', async () => {
    const browser = new Browser((await start()).origin);
    const { status, json, setCookie } = await browser.get('/examine');
    expect([status, json.record, setCookie]).toEqual([200, null, undefined]);
    expect((await browser.get('/examine', HTML)).text).toContain('Nothing is stored of you yet');
  });

  it('is shown as the guide shows it, by its key, and what lets somebody in is not', async () => {
    const browser = new Browser((await start()).origin);
    await browser.get('/');
    const { json } = await browser.get('/examine');
    expect(json.record).toMatchObject({
      key: `sess:${browser.handle}`,
      type: 'string',
      value: { visitCount: 1, cookie: { httpOnly: true } },
    });
    const stored = JSON.parse((await redis.client.get(`sess:${browser.handle}`))!);
    const page = (await browser.get('/examine', HTML)).text;
    for (const text of [JSON.stringify(json), page]) {
      expect(text).not.toContain(browser.sid.split('.')[1]);
      expect(text).not.toContain(stored.$session.secrets.current);
      expect(text).toContain(stored.$session.secrets.current.slice(0, 6));
    }
    expect(json.memory).toEqual({ used: expect.any(Number), limit: 0, policy: 'noeviction' });
    expect(json.memory.used).toBeGreaterThan(100_000);
  });

  it('is not prolonged by looking', async () => {
    const browser = new Browser((await start()).origin);
    await browser.get('/');
    const key = `sess:${browser.handle}`;
    const before = await redis.client.get(key);
    // As if half of its time had passed.
    await redis.client.pexpire(key, 900_000);
    expect((await browser.get('/examine')).json.record.timeToLive).toBeLessThanOrEqual(900_000);
    expect(await redis.client.pttl(key)).toBeLessThanOrEqual(900_000);
    expect(await redis.client.get(key)).toBe(before);
  });

  it('shows what others have written as text', async () => {
    const browser = new Browser((await start()).origin);
    await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    const stored = JSON.parse((await redis.client.get(`sess:${browser.handle}`))!);
    stored.username = '<script>alert(1)</script>';
    await redis.client.set(`sess:${browser.handle}`, JSON.stringify(stored), 'KEEPTTL');
    const { text } = await browser.get('/examine', HTML);
    expect(text).toContain('&lt;script>alert(1)');
    expect(text).not.toContain('<script>alert');
  });
});
