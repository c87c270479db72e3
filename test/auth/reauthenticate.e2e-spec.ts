import { describe, expect, it } from '@jest/globals';
import { hours, minutes } from 'nestjs-redis-session';
import { refusal, useAccountApps } from '../support/account.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

describe.each(ADAPTERS)('re-authentication, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAccountApps(redis, adapter);

  it('gives a new handle and secret, keeps all data, and the cookie from before is dead', async () => {
    const { login, copyOf, events } = await start();
    const browser = await login('alice', { roles: ['editor'] });
    await browser.post('/put', { notes: { a: 1 }, cart: ['book'] });
    const before = copyOf(browser);
    const answer = await browser.post('/reauthenticate', { userId: 'alice', roles: ['editor'] });
    expect(answer.status).toBe(200);
    expect(browser.handle).not.toBe(before.handle);
    expect(browser.sid.split('.')[1]).not.toBe(before.sid.split('.')[1]);
    expect((await browser.get('/who')).json).toMatchObject({
      userId: 'alice',
      roles: ['editor'],
      level: 'fresh',
      notes: { a: 1 },
      cart: ['book'],
    });
    expect((await before.get('/who')).json.userId).toBeNull();
    expect(events.at(-1)).toEqual({
      type: 'login.reauthenticated',
      handle: browser.handle,
      before: before.handle,
      userId: 'alice',
    });
  });

  it('makes a remembered session fresh again, and it stays remembered', async () => {
    const { clock, login, registry } = await start();
    const browser = await login('remembered', { rememberMe: true });
    clock.advance(hours(1));
    expect((await browser.get('/who')).json.level).toBe('remembered');
    const { setCookie } = await browser.post('/reauthenticate', { userId: 'remembered' });
    expect(setCookie).toContain('Max-Age=1209600');
    expect((await browser.get('/who')).json.level).toBe('fresh');
    expect(await registry.list('remembered')).toMatchObject([{ remembered: true, level: 'fresh' }]);
    clock.advance(minutes(30));
    expect((await browser.get('/who')).json.level).toBe('remembered');
  });

  it('opens what @FreshLogin() refuses to a user who is only remembered', async () => {
    const { clock, login } = await start();
    const browser = await login('alice', { rememberMe: true });
    expect((await browser.get('/settings')).status).toBe(200);
    clock.advance(minutes(30));
    expect(refusal(await browser.get('/settings'))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    await browser.post('/reauthenticate', { userId: 'alice', password: 'wrong' });
    expect(refusal(await browser.get('/settings'))).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
    await browser.post('/reauthenticate', { userId: 'alice' });
    expect((await browser.get('/settings')).json).toEqual({ open: true });
  });

  it.each([
    ['a wrong password', { userId: 'alice', password: 'wrong' }],
    ["another user's password", { userId: 'bob' }],
  ])('%s changes nothing', async (_, body) => {
    const { clock, login, events } = await start();
    const browser = await login('alice', { rememberMe: true });
    clock.advance(hours(1));
    await browser.get('/who');
    await browser.get('/who');
    const { cookie } = browser;
    const answer = await browser.post('/reauthenticate', body);
    expect([refusal(answer), answer.setCookie]).toEqual([[401, 'INVALID_CREDENTIALS'], undefined]);
    expect(browser.cookie).toBe(cookie);
    expect((await browser.get('/who')).json).toMatchObject({ userId: 'alice', level: 'remembered' });
    expect(events.at(-1)).toEqual({ type: 'login.failed', reason: 'credentials', userId: 'alice' });
  });

  it('is refused to somebody who is not logged in, before any password is looked at', async () => {
    const { visit } = await start();
    const answer = await visit().post('/reauthenticate', { userId: 'alice' });
    expect(refusal(answer)).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('loses nothing that another request writes while the password is being checked', async () => {
    const { login, copyOf, gates } = await start();
    const browser = await login('alice');
    await browser.post('/put', { notes: { first: 1 } });
    const tab = copyOf(browser);
    const confirming = browser.post('/reauthenticate', { userId: 'alice', gate: 'password' });
    await gates.reached('password');
    expect((await tab.post('/put', { notes: { first: 1, second: 2 }, cart: ['book'] })).status).toBe(200);
    gates.open('password');
    expect((await confirming).status).toBe(200);
    expect((await browser.get('/who')).json).toMatchObject({
      notes: { first: 1, second: 2 },
      cart: ['book'],
    });
  });

  it('a login loses nothing of its carry-over either, and takes nothing else from a late write', async () => {
    const { visit, copyOf, gates } = await start({ auth: { carryOver: ['cart'] } });
    const browser = visit();
    await browser.post('/put', { notes: { planted: true }, cart: ['book'] });
    const tab = copyOf(browser);
    const loggingIn = browser.post('/login', { userId: 'alice', gate: 'password' });
    await gates.reached('password');
    expect((await tab.post('/put', { notes: { more: 1 }, cart: ['book', 'pen'] })).status).toBe(200);
    gates.open('password');
    await loggingIn;
    expect((await browser.get('/who')).json).toMatchObject({ cart: ['book', 'pen'], notes: null });
  });

  it('a write that comes after the change of handle is refused, not lost in silence', async () => {
    const { login, copyOf, gates } = await start();
    const browser = await login('alice');
    await browser.post('/put', { notes: { first: 1 } });
    const writing = copyOf(browser).post('/put', { notes: { late: 1 }, gate: 'write' });
    await gates.reached('write');
    await browser.post('/reauthenticate', { userId: 'alice' });
    gates.open('write');
    expect(refusal(await writing)).toEqual([401, 'SESSION_ENDED']);
    expect((await browser.get('/who')).json).toMatchObject({ userId: 'alice', notes: { first: 1 } });
  });

  it('does not survive a revocation that happens while the password is being checked', async () => {
    const { login, gates, registry } = await start();
    const browser = await login('revoked');
    const confirming = browser.post('/reauthenticate', { userId: 'revoked', gate: 'password' });
    await gates.reached('password');
    await registry.revokeAll('revoked');
    gates.open('password');
    const answer = await confirming;
    expect([refusal(answer), answer.setCookie]).toEqual([[401, 'SESSION_ENDED'], undefined]);
    expect(await registry.list('revoked')).toEqual([]);
  });
});
