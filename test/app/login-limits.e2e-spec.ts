import { beforeEach, describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';
import { idleFor } from '../support/session.age.js';

const PAGE = { accept: 'text/html' };
const ADMIN = { username: 'admin', password: 'admin-of-all-things' };
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };
const form = (browser: Browser, path: string, fields: Record<string, string>) =>
  browser.fetch(path, { method: 'POST', headers: PAGE, body: new URLSearchParams(fields) });

describe('login limits', () => {
  // A server of its own: what other test files fail at must not be counted here.
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  const start = useSampleApps(() => redis.url);
  let origin: string;
  let visitor: Browser;
  const guess = (username: string, times: number) =>
    Promise.all(
      Array.from({ length: times }, () =>
        new Browser(origin).post('/login', { username, password: 'wrong' }),
      ),
    );
  const logIn = async (who: { username: string; password: string; rememberMe?: boolean }) => {
    const browser = new Browser(origin);
    expect((await browser.post('/login', who)).status).toBe(200);
    return browser;
  };
  beforeEach(async () => {
    await redis.client.flushall();
    ({ origin } = await start());
    visitor = new Browser(origin);
  });

  describe('for visitors', () => {
    it('tells the limits in force and what is counted for the own address, and of nobody else', async () => {
      await guess('bob', 3);
      const { json, setCookie } = await visitor.get('/login-limits');
      expect(json).toEqual({
        limits: {
          account: { maxAttempts: 10, window: 900, blockDuration: 300, backoff: 2, maxBlock: 3600 },
          address: { maxAttempts: 100, window: 3600, blockDuration: 900, backoff: 2, maxBlock: 3600 },
          pair: { maxAttempts: 5, window: 900, blockDuration: 60, backoff: 2, maxBlock: 3600 },
          device: { maxAttempts: 10, window: 3600 },
          disableAfter: 100,
        },
        address: { network: '127.0.0.1', attempts: 3, remaining: 97, retryAfter: 0 },
      });
      expect(setCookie).toBeUndefined();
      const { text } = await visitor.get('/login-limits', PAGE);
      expect(text).toContain('of 100 attempts within 1 h');
      expect(text).not.toContain('bob');
    });

    it('tells whoever is logged in of the own account, by what is counted and not by what is asked', async () => {
      await guess('alice', 2);
      const alice = await logIn(ALICE);
      await guess('bob', 4);
      const { json } = await alice.get('/login-limits?account=bob');
      // The login has cleared what the same address had failed before.
      expect(json.account).toEqual({ attempts: 0, remaining: 10, retryAfter: 0 });
      await guess('alice', 1);
      expect((await alice.get('/login-limits')).json.account).toMatchObject({ attempts: 1, remaining: 9 });
    });

    it('says how long to wait when the address is blocked', async () => {
      await blockAddress();
      const { json } = await visitor.get('/login-limits');
      expect(json.address).toMatchObject({ attempts: 100, remaining: 0 });
      expect(json.address.retryAfter).toBeGreaterThan(890);
      expect((await visitor.get('/login-limits', PAGE)).text).toMatch(
        /No login is let through.*data-left="\d+"/s,
      );
    });

    it('the login form says how long to wait, also without JavaScript, with what was typed as text', async () => {
      const name = '<i>bob</i>';
      await guess(name, 5);
      const { status, headers, text } = await form(visitor, '/login', { username: name, password: 'wrong' });
      expect(status).toBe(429);
      const wait = Number(headers.get('retry-after'));
      expect(text).toContain(`data-left="${wait * 1000}"`);
      expect(text).toMatch(/>(1 min|59 s)<\/span><\/span><span>until the next attempt/);
      expect(text).not.toContain('<i>');
      expect((await form(visitor, '/login', { username: 'x', password: 'y' })).text).not.toContain(
        'data-left',
      );
    });
  });

  describe('for administrators', () => {
    let admin: Browser;
    const blocks = async () => (await admin.get('/admin/blocks')).json.blocks;
    beforeEach(async () => {
      admin = await logIn(ADMIN);
    });

    it('nobody else may look, find, lift or reset', async () => {
      const alice = await logIn(ALICE);
      for (const [browser, expected] of [
        [visitor, 401],
        [alice, 403],
      ] as const) {
        const answers = [
          await browser.get('/admin/blocks'),
          ...(await Promise.all(
            ['find', 'unblock', 'reset'].map((what) =>
              browser.post(`/admin/blocks/${what}`, { account: 'bob' }),
            ),
          )),
        ];
        expect(answers.map(({ status }) => status)).toEqual([expected, expected, expected, expected]);
      }
    });

    it('shows the blocks that stand, without names, and finds them by the name', async () => {
      expect(await blocks()).toEqual([]);
      await guess('bob', 5);
      await guess('carl', 5);
      const all = await blocks();
      expect(all).toHaveLength(2);
      expect(all[0]).toMatchObject({ kind: 'pair', inARow: 1, failures: 0, isDisabled: false });
      const length = Date.parse(all[0].until) - Date.parse(all[0].since);
      expect(length).toBe(60_000);
      expect(Math.abs(Date.parse(all[0].until) - Date.now() - 60_000)).toBeLessThan(5_000);
      expect(all[0].address).toBe(all[1].address);
      const { status, json } = await admin.post('/admin/blocks/find', { account: ' BOB' });
      expect(status).toBe(200);
      expect(json.blocks).toHaveLength(1);
      expect(json.account).toMatchObject({ attempts: 5, failures: 5, isDisabled: false });
      expect(json.address).toBeNull();
      const both = await admin.post('/admin/blocks/find', { account: 'carl', address: '127.0.0.1' });
      expect(both.json.blocks).toHaveLength(1);
      expect(both.json.address).toMatchObject({
        network: '127.0.0.1',
        accountsTried: 3,
        accountsSucceeded: 1,
      });
      const { text } = await admin.get('/admin/blocks', PAGE);
      expect(text).toMatch(/account from one address/);
      expect(text).not.toMatch(/bob|carl|127\.0\.0\.1/);
    });

    it.each([
      ['by its id', async () => ({ id: (await blocks())[0].id })],
      ['by the name', () => Promise.resolve({ account: 'alice' })],
    ])('lifts a block %s, and the user gets in at once', async (_, of) => {
      await guess('alice', 6);
      expect((await visitor.post('/login', ALICE)).status).toBe(429);
      expect((await admin.post('/admin/blocks/unblock', await of())).json).toEqual({ success: true });
      expect(await blocks()).toEqual([]);
      expect((await visitor.post('/login', ALICE)).status).toBe(200);
    });

    it('lifts the block of an address', async () => {
      await blockAddress();
      expect((await visitor.post('/login', ALICE)).status).toBe(429);
      await admin.post('/admin/blocks/unblock', { address: '127.0.0.1' });
      expect((await visitor.post('/login', ALICE)).status).toBe(200);
    });

    it('lets a password count again that was disabled', async () => {
      const key = await accountKeyOf('bob');
      await disable(key);
      const bob = { username: 'bob', password: 'bob-the-builder' };
      expect((await visitor.post('/login', bob)).status).toBe(401);
      expect(await blocks()).toMatchObject([
        { kind: 'account', isDisabled: true, until: null, retryAfter: 0 },
      ]);
      const { text } = await form(admin, '/admin/blocks/find', { account: 'bob', address: '' });
      expect(text).toContain('Let the password count again');
      const { status, headers } = await form(admin, '/admin/blocks/reset', { account: 'bob' });
      expect([status, headers.get('location')]).toEqual([303, '/admin/blocks?done=reset']);
      expect((await visitor.post('/login', bob)).status).toBe(200);
    });

    it('asks for a fresh login before it lifts anything', async () => {
      const remembered = await logIn({ ...ADMIN, rememberMe: true });
      await idleFor(redis, `sess:${remembered.handle}`, 31 * 60_000);
      expect((await remembered.get('/admin/blocks')).status).toBe(200);
      for (const what of ['unblock', 'reset']) {
        const { status, json } = await remembered.post(`/admin/blocks/${what}`, { account: 'bob' });
        expect([status, json.code]).toEqual([401, 'FRESH_LOGIN_REQUIRED']);
      }
    });

    it('names stand in no URL, and forms lead back to the list', async () => {
      await guess('bob', 5);
      const page = await form(admin, '/admin/blocks/find', { account: 'bob' });
      expect(page.text).not.toMatch(/(href|action)="[^"]*bob/);
      const lifted = await form(admin, '/admin/blocks/unblock', { account: 'bob' });
      expect([lifted.status, lifted.headers.get('location')]).toEqual([303, '/admin/blocks?done=unblocked']);
      expect((await admin.get('/admin/blocks?done=unblocked', PAGE)).text).toContain('The block is lifted');
      expect((await admin.get('/admin/blocks?done=%3Cb%3E', PAGE)).text).not.toContain('<b>');
      const { status, headers } = await admin.get('/admin/blocks/find');
      expect([status, headers.get('location')]).toEqual([302, '/admin/blocks']);
    });

    it('refuses what is no name, no address and no id, with the field and the reason', async () => {
      const wrong: [string, unknown, string | undefined][] = [
        ['find', {}, 'account'],
        ['find', { account: '' }, 'account'],
        ['find', { account: 'x'.repeat(257) }, 'account'],
        ['find', { account: 'a\0b' }, 'account'],
        ['find', { account: '\u200b \u00ad' }, 'account'],
        ['find', { account: ['bob'] }, 'account'],
        ['find', { address: '1' }, 'address'],
        ['find', { address: '10.0.0.0/8' }, 'address'],
        ['find', { address: { toString: 1 } }, 'address'],
        ['find', ['bob'], undefined],
        ['unblock', {}, 'account'],
        ['unblock', { id: 'account:*' }, 'id'],
        ['unblock', { id: `devices:${'a'.repeat(22)}` }, 'id'],
        ['unblock', { id: 7 }, 'id'],
        ['reset', {}, 'account'],
        ['reset', { account: null }, 'account'],
      ];
      for (const [what, body, field] of wrong) {
        const { status, json } = await admin.post(`/admin/blocks/${what}`, body);
        expect([what, body, status, json.code]).toEqual([what, body, 400, 'INVALID_INPUT']);
        expect(Object.keys(json.problems ?? {})).toEqual(field === undefined ? [] : [field]);
      }
      const name = '<img src=x onerror=alert(1)>';
      const { status, text } = await form(admin, '/admin/blocks/find', { account: name, address: 'nowhere' });
      expect(status).toBe(400);
      expect(text).toContain('must be an IPv4 or IPv6 address');
      expect(text).not.toContain('<img src=x');
      expect((await form(admin, '/admin/blocks/find', { account: name })).text).not.toContain('<img src=x');
    });

    /** The one key that an attempt on an account makes. */
    async function accountKeyOf(name: string): Promise<string> {
      const before = await redis.client.keys('*:account:*');
      await guess(name, 1);
      const after = await redis.client.keys('*:account:*');
      return after.find((key) => !before.includes(key)) ?? '';
    }

    /** As if the last of a hundred failures in a row had just been told. */
    const disable = (key: string): Promise<void> => write(key, { 5: 100, 6: 2 });
  });

  /** As if the hundredth attempt had just failed; making all of them would take many seconds of hashing. */
  async function blockAddress(): Promise<void> {
    await guess('bob', 1);
    const [key = ''] = await redis.client.keys('*:address:*');
    const end = Date.now() + 900_000;
    await write(key, { 1: 100, 2: end, 3: 1, 4: end });
  }

  /** Changes numbers of a stored record by their places, see docs/login-attempts.md. */
  async function write(key: string, numbers: Record<number, number>): Promise<void> {
    const record = (await redis.client.getBuffer(key)) ?? Buffer.alloc(0);
    for (const [place, number] of Object.entries(numbers)) record.writeDoubleLE(number, Number(place) * 8);
    await redis.client.set(key, record, 'KEEPTTL');
  }
});
