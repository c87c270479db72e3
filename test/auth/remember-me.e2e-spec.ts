import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes, seconds } from 'nestjs-redis-session';
import { useAccountApps } from '../support/account.apps.js';
import type { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const levelOf = async (browser: Browser): Promise<unknown> => (await browser.get('/who')).json.level;

describe.each(ADAPTERS)('remember me, on %s', (adapter) => {
  const redis = useRedis();
  const start = useAccountApps(redis, adapter);

  it('a login is fresh while its user is active, for as long as an ordinary session could live', async () => {
    const { clock, login } = await start();
    const browser = await login('alice', { rememberMe: true });
    for (let visit = 1; visit <= 16; visit++) {
      clock.advance(minutes(29));
      expect(await levelOf(browser)).toBe('fresh');
    }
    clock.advance(hours(8) - 16 * minutes(29));
    expect(await levelOf(browser)).toBe('remembered');
  });

  it('falls to remembered once the ordinary idle timeout passed, and stays so however active the user is then', async () => {
    const { clock, login } = await start();
    const browser = await login('alice', { rememberMe: true });
    clock.advance(minutes(30));
    expect(await levelOf(browser)).toBe('remembered');
    clock.advance(minutes(1));
    expect(await levelOf(browser)).toBe('remembered');
    expect((await browser.get('/who')).json.userId).toBe('alice');
  });

  it('an ordinary session just ends then', async () => {
    const { clock, login } = await start();
    const browser = await login('alice');
    clock.advance(minutes(30));
    expect((await browser.get('/who')).json).toMatchObject({ userId: null, level: 'anonymous' });
  });

  it('lives 14 days from the last visit and 90 days in all, in Redis, in the cookie and by the clock', async () => {
    const { clock, login, visit } = await start({ session: { renewAfter: false } });
    const browser = visit();
    const { setCookie } = await browser.post('/login', { userId: 'alice', rememberMe: true });
    expect(setCookie).toContain('Max-Age=1209600');
    for (let day = 13; day < 90; day += 13) {
      clock.advance(days(13));
      expect((await browser.get('/who')).json.userId).toBe('alice');
    }
    clock.advance(days(90 - 78) - seconds(1));
    expect((await browser.get('/who')).json.userId).toBe('alice');
    clock.advance(seconds(1));
    expect((await browser.get('/who')).json.userId).toBeNull();
    const idle = await login('bob', { rememberMe: true });
    clock.advance(days(14));
    expect((await idle.get('/who')).json.userId).toBeNull();
  });

  it.each([
    ['renewed by age', undefined],
    ['never renewed by age', false as const],
  ])('gives a new secret at each return, where secrets are %s', async (_, renewAfter) => {
    const { clock, login } = await start({ session: { renewAfter } });
    const browser = await login('alice', { rememberMe: true });
    const { handle } = browser;
    for (let day = 1; day <= 3; day++) {
      const before = browser.sid;
      clock.advance(days(1));
      await browser.get('/who');
      expect(browser.sid).not.toBe(before);
      expect(browser.handle).toBe(handle);
      expect((await browser.get('/who')).json.userId).toBe('alice');
    }
  });

  it('theft: whoever comes with a cookie that was renewed since ends the session for both', async () => {
    const { clock, login, copyOf, events } = await start();
    const owner = await login('alice', { rememberMe: true });
    const thief = copyOf(owner);
    clock.advance(days(1));
    await owner.get('/who');
    await owner.get('/who');
    clock.advance(days(1));
    expect((await thief.get('/who')).json.userId).toBeNull();
    expect((await owner.get('/who')).json.userId).toBeNull();
    expect(events.filter(({ type }) => type === 'session.stolen')).toEqual([
      { type: 'session.stolen', handle: owner.handle, userId: 'alice' },
    ]);
  });

  it('theft by whoever returns first is found out when the owner returns', async () => {
    const { clock, login, copyOf } = await start();
    const owner = await login('alice', { rememberMe: true });
    const thief = copyOf(owner);
    clock.advance(days(1));
    await thief.get('/who');
    expect((await thief.get('/who')).json.userId).toBe('alice');
    clock.advance(minutes(5));
    expect((await owner.get('/who')).json.userId).toBeNull();
    expect((await thief.get('/who')).json.userId).toBeNull();
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('ticked %s: the session is remembered: %s', async (rememberMe, remembered) => {
    const { login, registry } = await start();
    await login(`user ${adapter} ${rememberMe}`, { rememberMe });
    expect((await registry.list(`user ${adapter} ${rememberMe}`)).map((each) => each.remembered)).toEqual([
      remembered,
    ]);
  });

  it('with no box, a cookie that is to end with the browser ends with it also after a login', async () => {
    const { visit } = await start({ cookie: { persistent: false } });
    const { setCookie } = await visit().post('/login', { userId: 'alice' });
    expect(setCookie).not.toMatch(/max-age|expires/i);
    const ticked = await visit().post('/login', { userId: 'alice', rememberMe: true });
    expect(ticked.setCookie).toContain('Max-Age=1209600');
  });
});
