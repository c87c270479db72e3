import { describe, expect, it } from '@jest/globals';
import { days, hours, minutes } from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { refusal } from '../support/account.apps.js';
import { useAttemptsApps } from '../support/attempts.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const WRONG = [401, 'INVALID_CREDENTIALS'];
const BLOCKED = [429, 'LOGIN_BLOCKED'];

describe.each(ADAPTERS)('attempts at LoginService, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAttemptsApps(redis, adapter);

  it('are refused with 429 and Retry-After once there were too many, whatever the password', async () => {
    const { from, passwords } = await start();
    const client = from();
    for (let tries = 0; tries < 5; tries++) expect(refusal(await client.login('alice'))).toEqual(WRONG);
    const answer = await client.login('alice', 'wonderland');
    expect(refusal(answer)).toEqual(BLOCKED);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(answer.json).toEqual({
      statusCode: 429,
      code: 'LOGIN_BLOCKED',
      message: 'Too many attempts. Please try again in 60 seconds.',
      retryAfter: 60,
    });
    expect(passwords.checks).toBe(5);
  });

  it('verify exactly as many passwords as allowed when 500 come at one time', async () => {
    const { from, passwords } = await start();
    const client = from();
    const answers = await Promise.all(Array.from({ length: 500 }, () => client.login('alice')));
    expect(passwords.checks).toBe(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(495);
  });

  it('look the same for accounts that exist and that do not, also when they are blocked', async () => {
    const { from } = await start();
    const answersOf = async (account: string, address: string) => {
      const client = from(address);
      const answers = [];
      for (let tries = 0; tries < 7; tries++) answers.push(await client.login(account));
      return answers.map(({ status, text, headers }) => {
        const seen = Object.fromEntries([...headers].filter(([name]) => name !== 'date'));
        return { status, text, seen };
      });
    };
    expect(await answersOf('nobody', '203.0.113.1')).toEqual(await answersOf('alice', '203.0.113.2'));
  });

  it('tell in RateLimit what is left to the address, and nothing of accounts', async () => {
    const { from } = await start();
    const client = from();
    const { headers } = await client.login('alice');
    expect(headers.get('ratelimit-policy')).toBe('"login-address";q=100;w=3600');
    expect(headers.get('ratelimit')).toBe('"login-address";r=99;t=3600');
    const quiet = await start({ headers: false });
    expect((await quiet.from().login('alice')).headers.has('ratelimit')).toBe(false);
  });

  it('that succeed do not count, so 60 people behind one address log in, one after the other or at one time', async () => {
    const { from } = await start({ address: { maxAttempts: 60 } });
    const names = Array.from({ length: 60 }, (_, place) => `user${place}`);
    for (const name of names.slice(0, 5)) expect((await from().login(name, 'right')).status).toBe(200);
    const answers = await Promise.all(names.map((name) => from().login(name, 'right')));
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(200));
  });

  it('do not count where `verify` broke down, and do where it says by an exception that the password is wrong', async () => {
    const { from, passwords } = await start();
    passwords.failure = new Error('the database is away');
    for (let tries = 0; tries < 8; tries++) expect((await from().login('alice')).status).toBe(500);
    passwords.failure = undefined;
    expect((await from().login('alice', 'wonderland')).status).toBe(200);
    passwords.checks = 0;
    for (let tries = 0; tries < 8; tries++) await from().post('/throwing-login', { account: 'bob' });
    expect(passwords.checks).toBe(5);
  });

  it('with no account, an empty, an invisible or an endless one are 400 before any key is made', async () => {
    const { from, passwords } = await start();
    for (const account of [undefined, '', '  ', '\u200b', 7, { a: 1 }, ['alice'], 'x'.repeat(257)]) {
      expect(refusal(await from().login(account))).toEqual([400, 'INVALID_ACCOUNT']);
    }
    expect(passwords.checks).toBe(0);
    expect(await redis.client.dbsize()).toBe(0);
  });

  it('believe X-Forwarded-For only from a proxy that is trusted', async () => {
    const { from, passwords } = await start({}, { trustProxy: false });
    for (let tries = 0; tries < 20; tries++) await from(`192.0.2.${tries}`).login('alice');
    expect(passwords.checks).toBe(5);
  });

  it('from networks on the list `deny` are refused, and from those on `allow` the address is not counted', async () => {
    const { from, passwords } = await start({
      deny: ['192.0.2.0/24'],
      allow: ['10.0.0.0/8'],
      address: { maxAttempts: 3 },
    });
    expect(refusal(await from('192.0.2.77').login('alice', 'wonderland'))).toEqual(BLOCKED);
    expect(passwords.checks).toBe(0);
    for (let tries = 0; tries < 10; tries++) await from('10.1.2.3').login(`nobody${tries}`);
    expect(passwords.checks).toBe(10);
    for (let tries = 0; tries < 10; tries++) await from('203.0.113.1').login(`nobody${tries}`);
    expect(passwords.checks).toBe(13);
  });

  it('need a proof before there is a block if a challenge is set, and count nowhere without it', async () => {
    const { from, passwords } = await start({
      challenge: {
        check: (request) => (request as { headers: Record<string, string> }).headers['x-proof'] === 'ok',
      },
    });
    const client = from();
    for (let tries = 0; tries < 3; tries++) expect(refusal(await client.login('alice'))).toEqual(WRONG);
    for (let tries = 0; tries < 20; tries++) {
      expect(refusal(await client.login('alice'))).toEqual([403, 'CHALLENGE_REQUIRED']);
    }
    expect(passwords.checks).toBe(3);
    const body = { account: 'alice', password: 'wonderland' };
    expect((await client.post('/login', body, { 'x-proof': 'ok' })).status).toBe(200);
  });

  it('to confirm the password of a session are limited, apart from logins', async () => {
    const { from, passwords } = await start();
    const client = from();
    await client.login('alice', 'wonderland');
    passwords.checks = 0;
    const confirm = (password?: string) => client.post('/reauthenticate', { account: 'alice', password });
    for (let tries = 0; tries < 8; tries++) await confirm();
    expect(passwords.checks).toBe(5);
    expect(refusal(await confirm('wonderland'))).toEqual(BLOCKED);
    expect((await client.login('alice', 'wonderland')).status).toBe(200);
    // A name that somebody types may be somebody's id.
    expect(refusal(await client.login('id of alice'))).toEqual(WRONG);
  });

  it('tell a success what came before it', async () => {
    const { from, events } = await start();
    await from('192.0.2.1').login('alice');
    await from('192.0.2.2').login('alice');
    const owner = from();
    await owner.login('alice', 'wonderland');
    await owner.login('alice', 'wonderland');
    const succeeded = events.filter(({ type }) => type === 'login.succeeded');
    expect(succeeded[0]).toMatchObject({ failures: 2, device: 'new' });
    expect(succeeded[1]).toMatchObject({ device: 'known' });
    expect(succeeded[1]).not.toHaveProperty('failures', expect.anything());
  });

  it('are told once a block, without the name unless that is wanted', async () => {
    const { from, events } = await start();
    for (let tries = 0; tries < 9; tries++) await from().login('alice');
    expect(events.filter(({ type }) => type === 'login.blocked')).toEqual([
      { type: 'login.blocked', by: 'pair', seconds: 60, address: '198.51.100.1' },
    ]);
  });

  it('are counted on the clock of Redis, whatever the clock of an application does', async () => {
    const clock = new FakeClock();
    const [steady, jumping] = [await start(), await start({}, { clock })];
    for (let tries = 0; tries < 3; tries++) await steady.from().login('alice');
    clock.advance(days(400));
    for (let tries = 0; tries < 3; tries++) await jumping.from().login('alice');
    clock.advance(-days(800));
    for (const app of [steady, jumping]) {
      expect(refusal(await app.from().login('alice', 'wonderland'))).toEqual(BLOCKED);
    }
    expect(steady.passwords.checks + jumping.passwords.checks).toBe(5);
  });

  it('are any number with loginAttempts: false', async () => {
    const { from, passwords } = await start(undefined, { loginAttempts: false });
    await Promise.all(Array.from({ length: 30 }, () => from().login('alice')));
    expect(passwords.checks).toBe(30);
    expect((await from().login('alice', 'wonderland')).setCookie).toBeUndefined();
    expect((await redis.client.keys('*login*')).length).toBe(0);
  });

  it('leave no key without an expiry, and no name, address, user or device in Redis', async () => {
    const { from } = await start();
    const owner = from('203.0.113.5');
    await owner.login('alice', 'wonderland');
    await Promise.all(Array.from({ length: 20 }, (_, place) => from(`192.0.2.${place}`).login('alice')));
    const keys = await redis.client.keys('sess-login*');
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) {
      const type = await redis.client.type(key);
      const value =
        type === 'zset' ? (await redis.client.zrange(key, '0', '-1')).join() : await redis.client.get(key);
      expect(`${key} ${value}`).not.toMatch(/alice|203\.0|192\.0|id of/);
      expect(`${key} ${value}`).not.toContain(owner.cookies.get('device')!.split('.')[0]);
      expect(await redis.client.pttl(key)).toBeGreaterThan(0);
    }
  });

  it('take at least minimumTime if they fail, or a multiple of it', async () => {
    const { from, passwords } = await start({
      minimumTime: 80,
      pair: { maxAttempts: 50, blockDuration: minutes(1), maxBlock: hours(1) },
    });
    const timed = async (): Promise<number> => {
      const begun = performance.now();
      await from().login('alice');
      return performance.now() - begun;
    };
    expect(await timed()).toBeGreaterThanOrEqual(78);
    passwords.pause = () => new Promise((resolve) => setTimeout(resolve, 100));
    expect(await timed()).toBeGreaterThanOrEqual(158);
  });
});
