import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisStore } from 'connect-redis';
import express from 'express';
import expressSession from 'express-session';
import { minutes } from 'nestjs-redis-session';
import type { AddressInfo } from 'node:net';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { SECRET, startApp, type TestApp } from '../support/test-app.js';

describe('what Redis holds', () => {
  const redis = useRedis();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, { module: { controllers: [AnswersController] } });
  });
  afterAll(() => app.close());

  it("is the guide's JSON under the handle, and the secret half of the id nowhere", async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const text = (await redis.client.get(`sess:${browser.handle}`))!;
    expect(JSON.parse(text)).toMatchObject({
      cookie: {
        originalMaxAge: minutes(30),
        expires: expect.any(String),
        secure: false,
        httpOnly: true,
        path: '/',
      },
      count: 1,
    });
    expect(Object.keys(JSON.parse(text)).at(-1)).toBe('$session');
    const [handle, secret] = browser.sid.split('.');
    expect([handle!.length, secret!.length]).toEqual([22, 43]);
    expect(text).not.toContain(secret);
    expect((await redis.client.keys('*')).join()).not.toContain(secret);
  });

  it('expires when the cookie does, after every write', async () => {
    const browser = new Browser(app.origin);
    for (let visit = 0; visit < 3; visit++) {
      const { setCookie } = await browser.get('/json');
      const expires = Date.parse(/Expires=([^;]+)/.exec(setCookie!)![1]!);
      const pttl = await redis.client.pttl(`sess:${browser.handle}`);
      // The header has whole seconds only, cut off.
      expect(Math.abs(Date.now() + pttl - expires)).toBeLessThan(1_100);
      expect(pttl).toBeGreaterThan(minutes(29));
    }
  });

  it('lives as long as cookie.maxAge says when the application sets it', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { setCookie } = await browser.post('/lifetime?ms=600000');
    expect(setCookie).toContain('Max-Age=600');
    const pttl = await redis.client.pttl(`sess:${browser.handle}`);
    expect(pttl).toBeGreaterThan(595_000);
    expect(pttl).toBeLessThanOrEqual(600_000);
  });

  it.each([
    ['not JSON', 'no { json'],
    ['JSON of another kind', '[1,2,3]'],
    ['without a cookie', '{"count":1}'],
    ['with a wrong $session', '{"cookie":{"originalMaxAge":null},"$session":7}'],
    ['with __proto__', '{"__proto__":{"cookie":{}}}'],
    ['empty', ''],
  ])('text that is %s is no session, and locks nobody out', async (_, text) => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    await redis.client.set(`sess:${browser.handle}`, text, 'PX', 60_000);
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
  });

  it('a key of another type is no session, and locks nobody out', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    await redis.client.del(`sess:${browser.handle}`);
    await redis.client.lpush(`sess:${browser.handle}`, 'x');
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    await redis.client.del(`sess:${browser.handle}`);
  });
});

describe('beside express-session + connect-redis', () => {
  const redis = useRedis();
  let app: TestApp;
  let peer: { origin: string; close(): void };
  beforeAll(async () => {
    app = await startApp(redis.url, {
      session: { session: { idFormat: 'plain' } },
      module: { controllers: [AnswersController] },
    });
    const service = express();
    service.use(
      expressSession({
        store: new RedisStore({ client: redis.client }),
        name: 'sid',
        secret: SECRET,
        resave: false,
        saveUninitialized: false,
        cookie: { maxAge: minutes(30) },
      }),
    );
    service.get('/json', (request, response) => {
      request.session.count = (request.session.count ?? 0) + 1;
      response.json({ count: request.session.count });
    });
    const server = service.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    peer = {
      origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () => server.close(),
    };
  });
  afterAll(async () => {
    peer.close();
    await app.close();
  });

  it('a session that it made is accepted and goes on', async () => {
    const browser = new Browser(peer.origin);
    await browser.get('/json');
    const moved = new Browser(app.origin);
    moved.cookie = browser.cookie;
    expect((await moved.get('/json')).json).toEqual({ count: 2 });
    expect(moved.sid).toBe(browser.sid);
    expect((await browser.get('/json')).json).toEqual({ count: 3 });
    expect((await moved.get('/json')).json).toEqual({ count: 4 });
  });

  it('a session of idFormat "plain" is read and written by it', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const other = new Browser(peer.origin);
    other.cookie = browser.cookie;
    expect((await other.get('/json')).json).toEqual({ count: 2 });
    expect((await browser.get('/json')).json).toEqual({ count: 3 });
  });

  it('a session with a secret does not open by its handle', async () => {
    const secret = await startApp(redis.url, { module: { controllers: [AnswersController] } });
    const browser = new Browser(secret.origin);
    await browser.get('/json');
    const { sign } = await import('cookie-signature');
    const thief = await new Browser(app.origin).get('/read', {
      cookie: `sid=${encodeURIComponent(`s:${sign(browser.handle, SECRET)}`)}`,
    });
    expect(thief.json).toEqual({ count: 0 });
    await secret.close();
  });
});
