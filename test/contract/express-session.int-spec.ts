import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisStore } from 'connect-redis';
import express, { type Express } from 'express';
import expressSession, { type SessionOptions } from 'express-session';
import { RedisSessionStore } from 'nestjs-redis-session';
import { MemorySessionStore } from 'nestjs-redis-session/testing';
import type { AddressInfo, Server } from 'node:net';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';

const redis = useRedis();
let server: Server;
beforeEach(() => redis.client.flushall());
afterEach(() => void server.close());

/** An Express application on express-session's own middleware. */
async function browse(options: Partial<SessionOptions>): Promise<Browser> {
  const app: Express = express();
  app.use(
    expressSession({
      name: 'sid',
      secret: 'x'.repeat(32),
      resave: false,
      saveUninitialized: false,
      ...options,
    }),
  );
  app.get('/read', ({ session }, response) => void response.json({ count: session.count ?? 0 }));
  app.get('/json', ({ session }, response) => {
    session.count = (session.count ?? 0) + 1;
    response.json({ count: session.count });
  });
  app.post('/destroy', ({ session }, response) => void session.destroy((error) => response.json({ error })));
  app.post('/regenerate', (request, response) => {
    request.session.regenerate((error) => {
      request.session.count = 100;
      response.json({ error });
    });
  });
  app.post('/save-reload', (request, response) => {
    request.session.count = 50;
    request.session.save(() =>
      request.session.reload((error) => response.json({ error, count: request.session.count })),
    );
  });
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return new Browser(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe.each([
  ['RedisSessionStore', () => new RedisSessionStore({ client: redis.itsClient })],
  ['MemorySessionStore', () => new MemorySessionStore()],
])("%s under express-session's own middleware", (_, makeStore) => {
  it('keeps, regenerates, reloads and destroys sessions', async () => {
    const browser = await browse({ store: makeStore() });
    await browser.get('/json');
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    const before = browser.cookie;
    await browser.post('/regenerate');
    expect((await browser.get('/read')).json).toEqual({ count: 100 });
    expect((await browser.post('/save-reload')).json).toEqual({ count: 50 });
    const after = browser.cookie;
    browser.cookie = before;
    expect((await browser.get('/read')).json).toEqual({ count: 0 });
    browser.cookie = after;
    await browser.post('/destroy');
    expect((await browser.get('/read')).json).toEqual({ count: 0 });
  });

  it('keeps an empty session when it is asked to', async () => {
    const store = makeStore();
    const browser = await browse({ store, saveUninitialized: true });
    await browser.get('/read');
    expect(await store.length()).toBe(1);
  });
});

describe('the expiry in Redis', () => {
  const keyed = async (): Promise<string> => (await redis.client.keys('sess:*'))[0]!;

  it.each([
    ['touch', { resave: false }],
    ['resave', { resave: true }],
  ])('moves with reading requests, by %s', async (_, how) => {
    const browser = await browse({
      store: new RedisSessionStore({ client: redis.itsClient }),
      ...how,
      cookie: { maxAge: 2_000 },
    });
    await browser.get('/json');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await redis.client.pttl(await keyed())).toBeLessThan(1_400);
    await browser.get('/read');
    expect(await redis.client.pttl(await keyed())).toBeGreaterThan(1_700);
  });

  it('of a session that connect-redis made moves too', async () => {
    const cookie = { maxAge: 60_000 };
    const theirs = await browse({ store: new RedisStore({ client: redis.client }), cookie });
    await theirs.get('/json');
    server.close();
    await redis.client.pexpire(await keyed(), 5_000);
    const browser = await browse({ store: new RedisSessionStore({ client: redis.itsClient }), cookie });
    browser.cookie = theirs.cookie;
    expect((await browser.get('/read')).json).toEqual({ count: 1 });
    expect(await redis.client.pttl(await keyed())).toBeGreaterThan(55_000);
  });

  it('follows a ttl function, and the cookie does not', async () => {
    const store = new RedisSessionStore({ client: redis.itsClient, ttl: ({ count }) => 1_000 * count });
    const browser = await browse({ store, cookie: { maxAge: 60_000 } });
    for (const count of [1, 2, 3]) {
      const { setCookie } = await browser.get('/json');
      const left = await redis.client.pttl(await keyed());
      expect(Math.round(left / 1_000)).toBe(1_000 * count);
      const expires = Date.parse(/Expires=([^;]+)/.exec(setCookie ?? '')?.[1] ?? new Date().toUTCString());
      expect(expires - Date.now()).toBeLessThanOrEqual(60_000);
    }
  });
});
