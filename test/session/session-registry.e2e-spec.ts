import { afterEach, describe, expect, it } from '@jest/globals';
import { days, hours, minutes, RedisSessionStore, SessionRegistry } from 'nestjs-redis-session';
import { useAccountApps } from '../support/account.apps.js';
import type { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp } from '../support/test-app.js';

const whoIs = async (browser: Browser): Promise<unknown> => (await browser.get('/who')).json.userId;

describe.each(ADAPTERS)('the list of sessions, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAccountApps(redis, adapter);
  afterEach(() => redis.client.flushdb());

  it('tells of each session when it began, was last used and ends, and how sure its user is', async () => {
    const { clock, login } = await start();
    const began = clock.now();
    const old = await login('alice', { rememberMe: true });
    clock.advance(hours(1));
    const browser = await login('alice');
    clock.advance(minutes(10));
    const { json } = await browser.get('/sessions');
    expect(json).toMatchObject([
      {
        handle: browser.handle,
        createdAt: began + hours(1),
        lastActiveAt: began + hours(1),
        expiresAt: began + hours(1) + minutes(30),
        authenticatedAt: began + hours(1),
        level: 'fresh',
        remembered: false,
      },
      {
        handle: old.handle,
        createdAt: began,
        lastActiveAt: began,
        expiresAt: began + days(14),
        authenticatedAt: began,
        level: 'remembered',
        remembered: true,
      },
    ]);
  });

  it('has these fields and no others', async () => {
    const { login, registry } = await start();
    await login('alice');
    const [listed] = await registry.list('alice');
    expect(Object.keys(listed!).toSorted((one, other) => (one < other ? -1 : 1))).toEqual([
      'authenticatedAt',
      'createdAt',
      'device',
      'expiresAt',
      'handle',
      'lastActiveAt',
      'level',
      'network',
      'remembered',
    ]);
  });

  it('tells from what kind of device and which network each was opened, unless it may not', async () => {
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';
    const logIn = async (visit: () => Browser): Promise<unknown> =>
      visit().fetch('/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': firefox },
        body: JSON.stringify({ userId: 'alice' }),
      });
    const { visit, registry } = await start();
    await logIn(visit);
    expect(await registry.list('alice')).toMatchObject([
      { device: 'Firefox on Windows', network: 'loopback' },
    ]);
    await registry.revokeAll('alice');
    await logIn((await start({ auth: { describeDevices: false } })).visit);
    const [listed] = await registry.list('alice');
    expect([listed?.device, listed?.network]).toEqual([undefined, undefined]);
  });

  it('has nobody else in it, nothing that has ended or expired, and nothing for somebody unknown', async () => {
    const { clock, login, registry } = await start();
    const [gone, expired] = [await login('alice'), await login('alice')];
    await login('bob');
    await registry.revoke(gone.handle);
    expect((await registry.list('alice')).map(({ handle }) => handle)).toEqual([expired.handle]);
    clock.advance(minutes(30));
    expect(await registry.list('alice')).toEqual([]);
    expect(await registry.list('nobody')).toEqual([]);
  });

  it('holds nothing that could be used as a cookie', async () => {
    const { login, visit } = await start();
    const browser = await login('alice', { rememberMe: true });
    const listed = (await browser.get('/sessions')).text;
    const [, secret = ''] = browser.sid.split('.');
    expect(listed).not.toContain(secret);
    for (const value of listed.match(/[\w-]{8,}/g) ?? []) {
      for (const cookie of [value, `s:${value}`, encodeURIComponent(`s:${value}.${value}`)])
        expect((await visit().get('/who', { cookie: `sid=${cookie}` })).json.userId).toBeNull();
    }
  });

  it('a text that cannot be read is left out, and is no error', async () => {
    const { login, registry } = await start();
    const [one, two] = [await login('alice'), await login('alice')];
    await redis.client.set(`sess:${one.handle}`, 'not a session', 'KEEPTTL');
    expect((await registry.list('alice')).map(({ handle }) => handle)).toEqual([two.handle]);
  });

  it('an entry in the list of one user never shows the session of another', async () => {
    const { login, registry } = await start();
    const bob = await login('bob');
    await redis.client.zadd('sess-user:{alice}', Date.now() + days(1), bob.handle);
    expect(await registry.list('alice')).toEqual([]);
  });

  it('revoke for a user ends a session of that user, and of nobody else', async () => {
    const { login, registry } = await start();
    const [alice, bob] = [await login('alice'), await login('bob')];
    expect(await registry.revoke(bob.handle, { userId: 'alice' })).toBe(false);
    expect(await registry.revoke('no-such-handle', { userId: 'alice' })).toBe(false);
    expect(await registry.revoke(alice.handle, { userId: 'alice' })).toBe(true);
    expect(await Promise.all([alice, bob].map(whoIs))).toEqual([null, 'bob']);
  });

  it('revokeEveryone ends the sessions of all users and visitors, tells how far it is, and lets new logins in', async () => {
    const { login, visit, registry, events } = await start();
    const browsers = await Promise.all(Array.from({ length: 30 }, (_, n) => login(`user ${n % 7}`)));
    const visitor = visit();
    await visitor.post('/put', { cart: ['book'] });
    const progress: number[] = [];
    const ended = await registry.revokeEveryone({ onProgress: (each) => progress.push(each.ended) });
    expect([ended, progress.at(-1)]).toEqual([31, 31]);
    expect(new Set(await Promise.all(browsers.map(whoIs)))).toEqual(new Set([null]));
    expect((await visitor.get('/who')).json.cart).toBeNull();
    expect(events.at(-1)).toEqual({ type: 'sessions.revoked', ended: 31 });
    expect(await whoIs(await login('user 1'))).toBe('user 1');
    expect(await redis.client.keys('sess-user:*')).toHaveLength(1);
  });

  it('revokeEveryone leaves a login that began while it walks through Redis', async () => {
    const { login, registry, store } = await start();
    const before = await login('alice');
    const walk = store.handles.bind(store);
    let during: Browser | undefined;
    store.handles = async function* (count) {
      during = await login('alice');
      yield* walk(count);
    };
    expect(await registry.revokeEveryone()).toBe(1);
    expect(await Promise.all([before, during!].map(whoIs))).toEqual([null, 'alice']);
  });

  it('revokeEveryone spares the session that asked', async () => {
    const { login, registry } = await start();
    const [admin, other] = [await login('admin'), await login('alice')];
    expect(await registry.revokeEveryone({ except: admin.handle })).toBe(1);
    expect(await Promise.all([admin, other].map(whoIs))).toEqual(['admin', null]);
  });

  it('is not survived by a login that was being made at revokeEveryone', async () => {
    const { visit, gates, registry } = await start();
    const browser = visit();
    const loggingIn = browser.post('/login', { userId: 'alice', gate: 'password' });
    await gates.reached('password');
    await registry.revokeEveryone();
    gates.open('password');
    expect((await loggingIn).json.code).toBe('SESSION_ENDED');
    expect(await registry.list('alice')).toEqual([]);
  });
});

describe('the list of somebody with 10,000 sessions', () => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });

  it('takes one round trip for the list and one for each 1,000 sessions, and no SCAN', async () => {
    const app = await startApp(redis.url, {});
    const store = app.app.get(RedisSessionStore);
    const now = Date.now();
    const policy = { idle: hours(1), absolute: hours(8), persistent: true };
    const auth = { userId: 'robot', roles: [], authenticatedAt: now };
    const filling = redis.client.pipeline();
    for (let each = 0; each < 10_000; each++) {
      const handle = String(each).padStart(22, '0');
      const $session = {
        createdAt: now,
        lastActiveAt: now - each,
        renewedAt: now,
        policy,
        auth,
        secrets: { current: 'x' },
      };
      filling.set(`${store.prefix}${handle}`, JSON.stringify({ cookie: {}, $session }), 'PX', hours(1));
      filling.zadd('sess-user:{robot}', now + hours(1), handle);
    }
    await filling.exec();
    await redis.client.config('RESETSTAT');
    expect(await app.app.get(SessionRegistry).list('robot')).toHaveLength(10_000);
    const calls = Object.fromEntries(
      [...(await redis.client.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(
        ([, name, count]) => [name, Number(count)],
      ),
    );
    expect(calls).toEqual({ zrange: 1, mget: 10 });
    await app.close();
  }, 60_000);
});
