import { describe, expect, it } from '@jest/globals';
import { refusal } from '../support/account.apps.js';
import { useAttemptsApps } from '../support/attempts.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const WRONG = [401, 'INVALID_CREDENTIALS'];
const BLOCKED = [429, 'LOGIN_BLOCKED'];

describe.each(ADAPTERS)('attempts at LoginService, on %s,', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAttemptsApps(redis, adapter);

  it('never lock a device out on which the account was logged in to, not even after a logout', async () => {
    const { from, passwords } = await start();
    const owner = from('203.0.113.5');
    const first = await owner.login('alice', 'wonderland');
    expect(first.setCookie).toMatch(
      /^device=[\w-]{43}\.[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    await owner.post('/logout');
    const attackers = Array.from({ length: 30 }, (_, place) => from(`192.0.2.${place}`));
    await Promise.all(attackers.map((attacker) => attacker.login('alice')));
    expect(passwords.checks).toBe(1 + 10);
    expect(refusal(await from('203.0.113.5').login('alice', 'wonderland'))).toEqual(BLOCKED);
    expect((await owner.login('alice', 'wonderland')).status).toBe(200);
    expect((await owner.login('ALICE ', 'wonderland')).status).toBe(401);
  });

  it('of a known device are limited too', async () => {
    const { from, passwords } = await start();
    const owner = from();
    await owner.login('alice', 'wonderland');
    for (let tries = 0; tries < 30; tries++) await owner.login('alice');
    // Its own ten, then those of an unknown device.
    expect(passwords.checks).toBe(1 + 10 + 5);
  });

  it('take no device cookie that was not signed here', async () => {
    const { from } = await start();
    const owner = from();
    await owner.login('alice', 'wonderland');
    const [token] = owner.cookies.get('device')!.split('.');
    const thief = from('192.0.2.1');
    for (const forged of [`${token}.${'A'.repeat(43)}`, token!, `${token}.`, '..', 'x'.repeat(5000)]) {
      thief.cookies.set('device', forged);
      await thief.login('alice');
    }
    expect(refusal(await thief.login('alice', 'wonderland'))).toEqual(BLOCKED);
  });

  it('know no device any more after a change of password but the one in use, under another token', async () => {
    const { from } = await start();
    const [here, elsewhere] = [from(), from('203.0.113.9')];
    for (const client of [here, elsewhere]) await client.login('alice', 'wonderland');
    const before = here.cookies.get('device');
    const changed = await here.post('/change-password', { account: 'alice', password: 'new' });
    expect(changed.json).toEqual({ ended: 1 });
    expect(here.cookies.get('device')).not.toBe(before);
    await Promise.all(Array.from({ length: 20 }, (_, place) => from(`192.0.2.${place}`).login('alice')));
    expect(refusal(await elsewhere.login('alice', 'new'))).toEqual(BLOCKED);
    expect((await here.login('alice', 'new')).status).toBe(200);
    here.cookies.set('device', before!);
    expect(refusal(await here.login('alice', 'new'))).toEqual(BLOCKED);
  });

  it('know no device at all after a password was set anew by mail', async () => {
    const { from } = await start();
    const owner = from();
    await owner.login('alice', 'wonderland');
    expect((await from().post('/reset-password', { account: 'alice', password: 'new' })).json).toEqual({
      ended: 1,
    });
    await Promise.all(Array.from({ length: 20 }, (_, place) => from(`192.0.2.${place}`).login('alice')));
    expect(refusal(await owner.login('alice', 'new'))).toEqual(BLOCKED);
  });

  it('count a right password as wrong after too many failures in a row, until reset, and tell so once', async () => {
    const { from, events, limiter, passwords } = await start({
      account: false,
      pair: false,
      disableAfter: 7,
    });
    for (let tries = 0; tries < 9; tries++) await from(`192.0.2.${tries}`).login('alice');
    expect(refusal(await from().login('alice', 'wonderland'))).toEqual(WRONG);
    expect(passwords.checks).toBe(10);
    const told = events.filter(({ type }) => type === 'credential.disabled');
    expect(told).toEqual([{ type: 'credential.disabled', userId: 'id of alice', failures: 7 }]);
    expect(events.at(-1)).toEqual({ type: 'login.failed', reason: 'disabled', userId: 'id of alice' });
    await limiter.reset('alice');
    expect((await from().login('alice', 'wonderland')).status).toBe(200);
  });

  it('at names without account never disable anything', async () => {
    const { from, events, limiter } = await start({ account: false, pair: false, disableAfter: 3 });
    for (let tries = 0; tries < 6; tries++) await from().login('nobody');
    expect(events.filter(({ type }) => type === 'credential.disabled')).toEqual([]);
    expect((await limiter.status({ account: 'nobody' })).account?.isDisabled).toBe(false);
  });

  it('cost Redis nothing once they are known to be blocked', async () => {
    const { from } = await start();
    const client = from();
    for (let tries = 0; tries < 6; tries++) await client.login('alice');
    await redis.client.config('RESETSTAT');
    for (let tries = 0; tries < 3; tries++) expect(refusal(await client.login('alice'))).toEqual(BLOCKED);
    const stats = await redis.client.info('commandstats');
    expect(stats.match(/cmdstat_(get|evalsha|eval)\b/g)).toBeNull();
  });
});
