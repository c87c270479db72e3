import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { LoginAttemptLimiter, RedisSessionStore, SessionRegistry } from 'nestjs-redis-session';
import { SessionAnalytics } from 'nestjs-redis-session/analytics';
import { RedisThrottlerStorage } from 'nestjs-redis-session/throttler';
import { useCommand } from '../cli/session.command.js';
import { Client } from '../support/attempts.apps.js';
import { documentedAccess } from '../support/documented.access.js';
import { useSecureRedis } from '../support/secure.apps.js';
import { refusedTo } from '../support/secure.redis.js';
import { ADAPTERS, type TestApp } from '../support/test-app.js';

/** Lines for what this file does not have: see topologies-access.int-spec.ts for the first one. */
const ELSEWHERE = /^(Cluster|redis\.durability|Health|Redis 7\.2)/;

const secure = useSecureRedis();
const command = useCommand();

/** What Redis was asked since the last reset, scripts included. */
async function asked(): Promise<Set<string>> {
  const info = await secure.admin.info('commandstats');
  return new Set([...info.matchAll(/^cmdstat_([\w|]+):/gm)].map(([, name = '']) => name));
}

/** Uses every part once, and looks whether it works. */
async function useEverything({ app, origin }: TestApp): Promise<void> {
  const limiter = app.get(LoginAttemptLimiter);
  const registry = app.get(SessionRegistry);
  const alice = new Client(origin);
  expect((await alice.login('alice')).status).toBe(401);
  expect((await alice.login('alice', 'wonderland')).status).toBe(200);
  for (let turn = 1; turn <= 2; turn++)
    expect((await alice.post('/count')).json).toMatchObject({ visits: turn });
  const headers = { cookie: [...alice.cookies].map((pair) => pair.join('=')).join('; ') };
  expect(await (await fetch(`${origin}/data`, { headers })).json()).toMatchObject({ visits: 2 });
  expect(await registry.list('id of alice')).toHaveLength(1);
  expect((await alice.post('/reauthenticate', { password: 'wrong' })).status).toBe(401);
  const body = { account: 'alice', password: 'wonderland' };
  expect((await alice.post('/reauthenticate', body)).status).toBe(200);
  expect((await alice.post('/change-password', { account: 'alice', password: 'new' })).status).toBe(200);
  expect((await alice.post('/logout')).status).toBe(200);
  // A known device is forgotten with a password that was reset.
  expect((await alice.login('alice', 'new')).status).toBe(200);
  expect((await alice.post('/reset-password', { account: 'alice', password: 'newest' })).status).toBe(200);

  const mallory = new Client(origin, '203.0.113.9');
  for (let number = 1; number <= 40; number++) await mallory.login(`user${number}`);
  expect((await limiter.status({ address: '203.0.113.9' })).address).toBeDefined();
  for (let turn = 0; turn < 12; turn++) await mallory.login('bob');
  expect((await limiter.blocks()).blocks.length).toBeGreaterThan(0);
  await limiter.unblock({ address: '203.0.113.9' });
  await limiter.reset('bob');
  const bob = new Client(origin);
  expect((await bob.login('bob', 'builder')).status).toBe(200);
  expect(await registry.revokeAll('id of bob')).toBe(1);
  expect((await bob.login('bob', 'builder')).status).toBe(200);

  const analytics = app.get(SessionAnalytics);
  await analytics.flush();
  expect((await analytics.day()).requests).toBeGreaterThan(0);
  expect((await analytics.now()).activeSessions).toBeGreaterThan(0);

  const client = new Redis(secure.url, { tls: { ca: secure.ca }, db: 1 });
  const storage = new RedisThrottlerStorage({ redis: client });
  expect((await storage.increment('visitor', 60_000, 5, 0, 'default')).totalHits).toBe(1);
  await storage.onApplicationShutdown();
  client.disconnect();
  expect(await registry.revokeEveryone()).toBe(1);
}

describe.each(ADAPTERS)('with TLS, and the user of docs/security.md, everything works: on %s', (adapter) => {
  it('and nothing was refused, not even what would not be missed', async () => {
    const app = await secure.start(adapter);
    await secure.until(() => app.app.get(RedisSessionStore).nearCache?.isTrusted === true);
    await useEverything(app);
    expect(await refusedTo(secure.admin)).toEqual([]);
    expect(app.events.filter(({ type }) => /unavailable|refused/.test(type))).toEqual([]);
  });
});

it('writes that wait for replicas may do what they need, on keys of every kind', async () => {
  const durability = { replicas: 1, timeout: 50 };
  const app = await secure.start('express', { redis: secure.trusting({ durability }) });
  await secure.admin.config('RESETSTAT');
  const { keeper, users } = app.app.get(RedisSessionStore);
  // No replica has them; that is another refusal.
  const handle = 'AbCdEfGhIjKlMnOpQrStUv';
  for (const write of [users.mark('alice'), users.markEveryone(), keeper.end(handle, 'revoked')])
    await expect(write).rejects.toThrow('0 of 1 replicas');
  expect(await refusedTo(secure.admin)).toEqual([]);
  expect(await asked()).toContain('wait');
});

describe('the lines of docs/security.md', () => {
  it('allow nothing superfluous: each command is used, and each pattern of keys', async () => {
    await secure.admin.config('RESETSTAT');
    // A script is sent whole only where Redis does not know it.
    await secure.admin.script('FLUSH');
    const app = await secure.start();
    await secure.until(() => app.app.get(RedisSessionStore).nearCache?.isTrusted === true);
    await useEverything(app);
    // A key that is no text, as no version of this module leaves it.
    await secure.admin.rpush('sess:AbCdEfGhIjKlMnOpQrStUv', 'a list');
    const keys = await everyKey();
    await app.app.get(RedisSessionStore).clear();
    await useCommands();
    const used = await asked();
    const allowed = documentedAccess().filter(({ purpose }) => !ELSEWHERE.test(purpose));
    const rulesWith = (sign: string) =>
      allowed.flatMap(({ rules }) =>
        rules.filter((rule) => rule.startsWith(sign)).map((rule) => rule.slice(1)),
      );
    expect(rulesWith('+').filter((name) => !used.has(name))).toEqual([]);
    const beginnings = rulesWith('~').map((pattern) => pattern.replace(/\*$/, ''));
    expect(beginnings.filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([]);
  });
});

/** The throttler counts in another database. */
async function everyKey(): Promise<string[]> {
  const other = secure.admin.duplicate({ db: 1 });
  try {
    return [...(await secure.admin.keys('*')), ...(await other.keys('*'))];
  } finally {
    other.disconnect();
  }
}

async function useCommands(): Promise<void> {
  const env = secure.environment;
  await secure.admin.set('sess:AbCdEfGhIjKlMnOpQrStUv', '{"cookie":{}}', 'EX', 60);
  for (const words of [['memory'], ['list'], ['ttl', 'AbCdEfGhIjKlMnOpQrStUv']])
    expect(await command.run(['sessions', ...words], env)).toMatchObject({ code: 0 });
  const monitor = command.start(['sessions', 'monitor'], env);
  await monitor.printed(/Watching sess:/);
  monitor.child.kill('SIGINT');
  expect(await monitor.ended).toMatchObject({ code: 0 });
}
