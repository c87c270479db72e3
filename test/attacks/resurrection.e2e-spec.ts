import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock, minutes, type SessionEvent, SessionEvents, SessionRegistry } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { RaceController } from '../support/race.controller.js';
import { heard } from '../support/heard.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const ROUNDS = 20;

describe.each(ADAPTERS)('a session that has ended stays ended, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  let registry: SessionRegistry;
  let advance = 0;
  const events: SessionEvent[] = [];
  beforeAll(async () => {
    app = await startApp(redis.url, { adapter, module: { controllers: [RaceController] } });
    registry = app.app.get(SessionRegistry);
    app.app.get(Clock).now = () => Date.now() + advance;
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(() => app.close());

  const keyOf = (browser: Browser) => `sess:${browser.handle}`;
  const exists = async (key: string) => (await redis.client.exists(key)) === 1;

  async function loggedIn(): Promise<Browser> {
    const browser = new Browser(app.origin);
    await browser.post('/login');
    await browser.post('/set?key=first&value=1');
    return browser;
  }

  /** A second connection of the same browser: the same cookie, and what its own answers make of it. */
  function tabOf(browser: Browser): Browser {
    const tab = new Browser(app.origin);
    tab.cookie = browser.cookie;
    return tab;
  }

  const byRequest = (path: string) => async (browser: Browser) => {
    expect((await browser.post(path)).status).toBe(201);
  };
  const ends: Record<string, (browser: Browser) => Promise<void>> = {
    logout: byRequest('/logout'),
    destroy: byRequest('/destroy'),
    regenerate: byRequest('/regenerate'),
    revoke: async (browser) => {
      expect(await registry.revoke(browser.handle)).toBe(true);
    },
    'revoke-all': async (browser) => {
      const record = JSON.parse((await redis.client.get(keyOf(browser)))!);
      expect(await registry.revokeAll(record.$session.auth.userId)).toBe(1);
    },
    'an administrator deleting the key': async (browser) => {
      await redis.client.del(keyOf(browser));
      await heard(app.app);
    },
    expiry: async (browser) => {
      await redis.client.pexpire(keyOf(browser), 1);
      while (await exists(keyOf(browser)));
      await heard(app.app);
    },
  };

  /** A session with a slow read and a slow write in flight, which has ended meanwhile. */
  async function endedInFlight(end: (browser: Browser) => Promise<void>, write = '/set') {
    const browser = await loggedIn();
    const { handle } = browser;
    const tab = tabOf(browser);
    const before = tab.cookie;
    const gates = { read: `${handle}-read`, write: `${handle}-write` };
    const reading = tab.get(`/data?gate=${gates.read}`);
    const writing = tab.post(`${write}?key=late&value=1&gate=${gates.write}`);
    await browser.get(`/gates/${gates.read}`);
    await browser.get(`/gates/${gates.write}`);
    await end(browser);
    expect(await exists(`sess:${handle}`)).toBe(false);
    const open = {
      read: () => browser.post(`/gates/${gates.read}`),
      write: () => browser.post(`/gates/${gates.write}`),
    };
    return { handle, tab, before, reading, writing, open };
  }

  const table = Object.keys(ends).flatMap((name) => [[name, 'read'] as const, [name, 'write'] as const]);

  it.each(table)(`after %s, with a slow %s ending first, ${ROUNDS} times`, async (name, first) => {
    const rounds = Array.from({ length: ROUNDS }, async () => {
      const { handle, tab, before, reading, writing, open } = await endedInFlight(ends[name]!);
      const inOrder = [
        async () => {
          await open.read();
          const read = await reading;
          expect([read.status, read.json.first, read.setCookie]).toEqual([200, '1', undefined]);
        },
        async () => {
          await open.write();
          const write = await writing;
          expect([write.status, write.json.code]).toEqual([401, 'SESSION_ENDED']);
          expect(write.headers.getSetCookie()).toEqual([]);
        },
      ];
      if (first === 'write') inOrder.reverse();
      for (const step of inOrder) await step();
      expect(await exists(`sess:${handle}`)).toBe(false);
      expect(tab.cookie).toBe(before);
      expect((await tab.get('/data')).json).toEqual({});
      expect(
        events.filter((event) => event.type === 'session.writeRefused' && event.handle === handle),
      ).toHaveLength(1);
    });
    await Promise.all(rounds);
  });

  it.each(Object.keys(ends))('after %s, with an answer sent by hand', async (name) => {
    const { handle, writing, reading, open } = await endedInFlight(ends[name]!, '/set-by-hand');
    await open.write();
    await open.read();
    const write = await writing;
    expect([write.status, write.json.code]).toEqual([401, 'SESSION_ENDED']);
    expect(write.headers.getSetCookie()).toEqual([]);
    expect((await reading).status).toBe(200);
    expect(await exists(`sess:${handle}`)).toBe(false);
  });

  it.each(Object.keys(ends))(
    'after %s, with a slow read that is due to move the idle timeout',
    async (name) => {
      const { handle, reading, writing, open } = await endedInFlight(ends[name]!);
      try {
        advance = minutes(10);
        await open.read();
        expect((await reading).status).toBe(200);
        await open.write();
        expect((await writing).status).toBe(401);
      } finally {
        advance = 0;
      }
      expect(await exists(`sess:${handle}`)).toBe(false);
    },
  );

  it.each(['/logout', '/destroy', '/regenerate'])(
    'after %s at the same moment as a write, whichever comes first',
    async (path) => {
      const rounds = Array.from({ length: ROUNDS }, async (_, index) => {
        const browser = await loggedIn();
        const { handle } = browser;
        const tab = tabOf(browser);
        const write = () => tab.post('/set?key=late&value=1');
        const end = () => browser.post(path);
        const [one, other] = await Promise.all(index % 2 === 0 ? [write(), end()] : [end(), write()]);
        const [written, ended] = index % 2 === 0 ? [one, other] : [other, one];
        expect(ended.status).toBe(201);
        // 201: before the end; or after it, as a visitor whose old cookie opens nothing and who gets a new session.
        expect([201, 401]).toContain(written.status);
        const cookies = written.status === 401 ? written.headers.getSetCookie() : [];
        expect(cookies).toEqual([]);
        expect(await exists(`sess:${handle}`)).toBe(false);
      });
      await Promise.all(rounds);
    },
  );

  it.each([0, minutes(10), minutes(16)])(
    'a login made meanwhile survives the late answers of the old session, %d ms later',
    async (later) => {
      const { tab, reading, writing, open } = await endedInFlight(ends['logout']!);
      await tab.post('/login');
      const { cookie } = tab;
      try {
        // Late enough that the old session's idle timeout, and then its secret, are due to be moved.
        advance = later;
        await open.read();
        await reading;
        await open.write();
        await writing;
      } finally {
        advance = 0;
      }
      expect(tab.cookie).toBe(cookie);
    },
  );
});
