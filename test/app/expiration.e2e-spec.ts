import { beforeEach, describe, expect, it } from '@jest/globals';
import { days, hours, minutes, seconds } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';
import { idleFor } from '../support/session.age.js';

const PAGE = { accept: 'text/html' };
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };

describe('session expiration', () => {
  const redis = useRedis();
  const start = useSampleApps(() => redis.url);
  let origin: string;
  let browser: Browser;
  const key = (): string => `sess:${browser.handle}`;
  const meta = async () => JSON.parse((await redis.client.get(key())) ?? '').$session;
  const form = (path: string, fields: Record<string, string>) =>
    browser.fetch(path, { method: 'POST', headers: PAGE, body: new URLSearchParams(fields) });
  beforeEach(async () => {
    ({ origin } = await start());
    browser = new Browser(origin);
  });

  it('tells a visitor without a session what is configured, and makes none', async () => {
    const { json, setCookie } = await browser.get('/expiration');
    expect(json).toEqual({
      timeLeft: 0,
      endsAt: null,
      strategies: {
        idle: { timeout: minutes(30), timeLeft: null },
        absolute: { timeout: hours(8), timeLeft: null },
        rememberMe: { timeout: days(14), absoluteTimeout: days(90), timeLeft: null },
        custom: { minutes: null, timeout: null, timeLeft: null },
      },
    });
    expect(setCookie).toBeUndefined();
    expect((await browser.get('/expiration', PAGE)).text).toContain('You have no session yet');
  });

  it('reads what is configured from the options', async () => {
    const other = await start({ session: { idleTimeout: minutes(5), absoluteTimeout: hours(1) } });
    const { strategies } = (await new Browser(other.origin).get('/expiration')).json;
    expect(strategies).toMatchObject({ idle: { timeout: minutes(5) }, absolute: { timeout: hours(1) } });
  });

  it('shows the four strategies and the instant of the end, also without JavaScript', async () => {
    await browser.post('/login', ALICE);
    const { text } = await browser.get('/expiration', PAGE);
    for (const title of ['Idle timeout', 'Absolute timeout', 'Remember me', 'Custom lifetime']) {
      expect(text).toContain(`<h2>${title}</h2>`);
    }
    expect(text).toMatch(/your session ends in .*(30 min|29 min 59 s).*at <time datetime="\d{4}-/s);
  });

  it('a poll for the time left keeps no session alive', async () => {
    await browser.post('/login', ALICE);
    await idleFor(redis, key(), minutes(20));
    const { lastActiveAt } = await meta();
    const before = await redis.client.pttl(key());
    const askedAt = Date.now();
    for (let turn = 0; turn < 10; turn++) {
      const { json, setCookie } = await browser.get('/expiration/time-left');
      expect(setCookie).toBeUndefined();
      expect(json).toMatchObject({ isLoggedIn: true, canStay: true, warnBelow: minutes(1) });
      expect(Math.abs(json.timeLeft - minutes(10))).toBeLessThan(seconds(5));
    }
    expect((await meta()).lastActiveAt).toBe(lastActiveAt);
    const passed = Date.now() - askedAt;
    expect(Math.abs(before - (await redis.client.pttl(key())) - passed)).toBeLessThan(50);
    await browser.get('/me');
    expect((await meta()).lastActiveAt).toBeGreaterThan(lastActiveAt);
  });

  it('a poll after the end says that nobody is logged in, and makes no session', async () => {
    await browser.post('/login', ALICE);
    await idleFor(redis, key(), minutes(30));
    const { status, json } = await browser.get('/expiration/time-left');
    expect([status, json.isLoggedIn, json.timeLeft]).toEqual([200, false, 0]);
    expect(await redis.client.exists(key())).toBe(0);
  });

  it('"stay" moves the idle end at once, for programs and for forms', async () => {
    await browser.post('/login', ALICE);
    await idleFor(redis, key(), minutes(29.5));
    expect((await browser.get('/expiration/time-left')).json.timeLeft).toBeLessThan(minutes(1));
    const { json } = await browser.post('/expiration/stay');
    expect(json.timeLeft).toBeGreaterThan(minutes(29));
    expect(await redis.client.pttl(key())).toBeGreaterThan(minutes(29));
    const { status, headers } = await form('/expiration/stay', {});
    expect([status, headers.get('location')]).toEqual([303, '/expiration']);
  });

  it('"stay" does not move the absolute end, and tells so beforehand', async () => {
    await browser.post('/login', ALICE);
    await idleFor(redis, key(), hours(8) - seconds(40), 'createdAt');
    expect((await browser.get('/expiration/time-left')).json).toMatchObject({ canStay: false });
    const { json } = await browser.post('/expiration/stay');
    expect(json.timeLeft).toBeLessThanOrEqual(seconds(40));
    expect(json.idleLeft).toBeGreaterThan(minutes(29));
  });

  it('warns earlier than the last quarter of a short idle timeout', async () => {
    const short = new Browser((await start({ session: { idleTimeout: seconds(20) } })).origin);
    await short.post('/login', ALICE);
    expect((await short.get('/expiration/time-left')).json.warnBelow).toBe(seconds(5));
  });

  it('"remember me" decides instead of the idle timeout', async () => {
    await browser.post('/login', { ...ALICE, rememberMe: true });
    const { strategies } = (await browser.get('/expiration')).json;
    expect(strategies.idle).toEqual({ timeout: minutes(30), timeLeft: null });
    expect(strategies.rememberMe.timeLeft).toBeGreaterThan(days(14) - minutes(1));
    expect(strategies.absolute.timeLeft).toBeGreaterThan(days(90) - minutes(1));
  });

  it('a lifetime of its own is set for Redis and the cookie, and taken back again', async () => {
    await browser.get('/');
    const { json, setCookie } = await browser.post('/expiration/custom', { minutes: 120 });
    expect(json.strategies.custom).toMatchObject({ minutes: 120, timeout: hours(2) });
    expect(json.strategies.custom.timeLeft).toBeGreaterThan(hours(2) - minutes(1));
    expect(json.strategies.idle.timeLeft).toBeNull();
    expect(Number(/Max-Age=(\d+)/.exec(setCookie ?? '')?.[1])).toBeGreaterThan(7_150);
    expect(await redis.client.pttl(key())).toBeGreaterThan(hours(2) - minutes(1));
    await browser.post('/expiration/custom', { minutes: 5 });
    expect(await redis.client.pttl(key())).toBeLessThanOrEqual(minutes(5));
    const back = await browser.post('/expiration/default');
    expect(back.json.strategies).toMatchObject({ custom: { minutes: null }, idle: { timeout: minutes(30) } });
    expect(Math.abs((await meta()).policy.idle - minutes(30))).toBeLessThan(10);
    expect((await browser.get('/', { accept: 'application/json' })).json).toEqual({ visitCount: 2 });
  });

  it('a cookie that ended with the browser does so again after that', async () => {
    await form('/login', ALICE);
    const chosen = await form('/expiration/custom', { minutes: '120' });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, '/expiration']);
    expect(chosen.setCookie).toMatch(/Max-Age/);
    const { setCookie } = await form('/expiration/default', {});
    expect(setCookie).not.toMatch(/Max-Age|Expires/);
    expect((await meta()).policy).toMatchObject({ persistent: false });
  });

  it('a login replaces it by the ordinary one', async () => {
    await browser.post('/expiration/custom', { minutes: 600 });
    await browser.post('/login', ALICE);
    const { strategies } = (await browser.get('/expiration')).json;
    expect(strategies.custom.minutes).toBeNull();
    expect(strategies.idle.timeLeft).toBeLessThanOrEqual(minutes(30));
  });

  it('taking back what was never chosen changes nothing', async () => {
    const { status, setCookie } = await browser.post('/expiration/default');
    expect([status, setCookie]).toEqual([200, undefined]);
  });

  it('refuses what is no number of minutes, and stores nothing', async () => {
    const wrong = [
      {},
      { minutes: 'soon' },
      { minutes: 0 },
      { minutes: -5 },
      { minutes: 1.5 },
      { minutes: 1_441 },
      { minutes: 1e300 },
      { minutes: '0x10' },
      { minutes: [5] },
      { minutes: { valueOf: 5 } },
      { minutes: null },
      { minutes: '5\0' },
      [5],
    ];
    for (const body of wrong) {
      const { status, json, setCookie } = await browser.post('/expiration/custom', body);
      expect([status, json.code, setCookie]).toEqual([400, 'INVALID_INPUT', undefined]);
      const problems = Array.isArray(body) ? {} : { minutes: 'must be a whole number from 1 to 1440' };
      expect(json.problems ?? {}).toEqual(problems);
    }
  });

  it('shows a form that was filled in wrongly again, hostile text as text', async () => {
    const { status, text } = await form('/expiration/custom', { minutes: '"><script>x</script>' });
    expect(status).toBe(400);
    expect(text).toContain('must be a whole number');
    expect(text).not.toContain('<script>x');
  });

  it('puts the warning on every page of whoever is logged in, and of nobody else', async () => {
    expect((await browser.get('/login', PAGE)).text).not.toContain('session-end');
    await browser.post('/login', ALICE);
    expect((await browser.get('/', PAGE)).text).toContain('<dialog id="session-end"');
  });
});
