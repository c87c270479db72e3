import { describe, expect, it } from '@jest/globals';
import { Clock, seconds } from 'nestjs-redis-session';
import { refusal, useAccountApps } from '../support/account.apps.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

/** A machine whose clock goes wrong by so much. */
class SkewedClock extends Clock {
  constructor(private readonly by: number) {
    super();
  }

  now(): number {
    return Date.now() + this.by;
  }
}

/** On each adapter, so that there are 200 of each skew. */
const ROUNDS = 100;
const whoIs = async (browser: Browser): Promise<unknown> => (await browser.get('/who')).json.userId;

describe.each(ADAPTERS)('a change of password, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAccountApps(redis, adapter);

  it.each([
    ['2 s fast', seconds(2)],
    ['2 s slow', -seconds(2)],
  ])(
    `is not survived by a login with the old password, with a clock %s (${ROUNDS} rounds)`,
    async (_, skew) => {
      const { login, visit, gates } = await start({}, new SkewedClock(skew));
      const survivors: string[] = [];
      let inTime = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const userId = `user {${round}} ${adapter} ${skew}`;
        const owner = await login(userId);
        const attacker = visit();
        // In half of the rounds the old password was read for certain before the change; in the others whoever is faster.
        const gate = round % 2 === 0 ? `password of ${userId}` : undefined;
        const attacking = attacker.post('/login', { userId, password: 'right', gate });
        // Some are through before it: those it has to end.
        if (round % 8 === 1) await attacking;
        if (gate !== undefined) await gates.reached(gate);
        const changing = owner.post('/change-password', { password: 'new' });
        if (gate !== undefined) {
          if (round % 4 === 0) await changing;
          gates.open(gate);
        }
        const [attack, change] = await Promise.all([attacking, changing]);
        expect(change.status).toBe(200);
        if (attack.status === 200) inTime++;
        if ((await whoIs(attacker)) !== null) survivors.push(userId);
        expect(await whoIs(owner)).toBe(userId);
      }
      expect(survivors).toEqual([]);
      // Otherwise the race was never run.
      expect(inTime).toBeGreaterThan(0);
      expect(inTime).toBeLessThan(ROUNDS);
    },
    60_000,
  );

  it('ends all other sessions, and gives the one that goes on a new handle and secret', async () => {
    const { login, copyOf } = await start();
    const [mine, phone, stranger] = [await login('alice'), await login('alice'), await login('bob')];
    await mine.post('/put', { cart: ['book'] });
    const stolen = copyOf(mine);
    expect((await mine.post('/change-password', { password: 'new' })).json).toEqual({ ended: 1 });
    expect(mine.handle).not.toBe(stolen.handle);
    expect(await Promise.all([mine, phone, stolen, stranger].map(whoIs))).toEqual([
      'alice',
      null,
      null,
      'bob',
    ]);
    expect((await mine.get('/who')).json).toMatchObject({ cart: ['book'], level: 'fresh' });
    expect(refusal(await phone.post('/login', { userId: 'alice', password: 'right' }))).toEqual([
      401,
      'INVALID_CREDENTIALS',
    ]);
    expect((await phone.post('/login', { userId: 'alice', password: 'new' })).status).toBe(200);
  });

  it('starts no timeout anew, because nobody proved anything', async () => {
    const { clock, login, registry } = await start();
    const browser = await login('timed');
    const [before] = await registry.list('timed');
    clock.advance(seconds(60));
    await browser.post('/change-password', { password: 'new' });
    const [after] = await registry.list('timed');
    expect(after).toMatchObject({
      createdAt: before!.createdAt,
      authenticatedAt: before!.authenticatedAt,
      lastActiveAt: clock.now(),
    });
  });

  it('is not survived by a re-authentication that is under way in the kept session', async () => {
    const { login, copyOf, gates, registry } = await start();
    const mine = await login('both');
    const tab = copyOf(mine);
    const confirming = tab.post('/reauthenticate', { userId: 'both', gate: 'both' });
    await gates.reached('both');
    await mine.post('/change-password', { password: 'new' });
    gates.open('both');
    expect(refusal(await confirming)).toEqual([401, 'SESSION_ENDED']);
    expect((await registry.list('both')).map(({ handle }) => handle)).toEqual([mine.handle]);
  });
});

describe.each(ADAPTERS)('revokeAll, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useAccountApps(redis, adapter);

  it('during 50 parallel logins and writes leaves exactly the sessions whose login began later', async () => {
    const { login, visit, registry, gates } = await start();
    const gate = 'many';
    const writers = await Promise.all(Array.from({ length: 25 }, () => login('busy')));
    const logins = Array.from({ length: 50 }, () => visit());
    const loggingIn = logins.map((browser, place) =>
      browser.post('/login', { userId: 'busy', gate: place % 2 === 0 ? gate : undefined }),
    );
    const writing = writers.map((browser, place) =>
      browser.post('/put', { notes: { [place]: 1 }, gate: place % 2 === 0 ? 'writes' : undefined }),
    );
    await Promise.all([gates.reached(gate, 25), gates.reached('writes', 13)]);
    // Those that wait for nothing are somewhere on their way now.
    const revoking = registry.revokeAll('busy');
    gates.open(gate);
    gates.open('writes');
    await Promise.all([revoking, ...loggingIn, ...writing]);
    expect(await Promise.all(writers.map(whoIs))).toEqual(Array(25).fill(null));
    const held = logins.filter((_, place) => place % 2 === 0);
    expect(await Promise.all(held.map(whoIs))).toEqual(Array(25).fill(null));
    const free = await Promise.all(logins.filter((_, place) => place % 2 === 1).map(whoIs));
    const later = await Promise.all(Array.from({ length: 5 }, () => login('busy')));
    expect(await Promise.all(later.map(whoIs))).toEqual(Array(5).fill('busy'));
    // The list and what lives agree: nothing lives unlisted, nothing listed is dead.
    const alive = free.filter((who) => who === 'busy').length;
    expect(await registry.list('busy')).toHaveLength(alive + 5);
    await registry.revokeAll('busy');
    expect(await Promise.all([...later, ...logins].map(whoIs))).toEqual(Array(55).fill(null));
    expect(
      (await redis.client.keys('sess*')).filter((key) => !/^sess-(ended|revo)|:revoked$/.test(key)),
    ).toEqual([]);
  });
});
