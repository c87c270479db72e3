import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Session, SessionData } from 'express-session';
import {
  CurrentSession,
  minutes,
  RedisSessionStore,
  seconds,
  type SessionEvent,
  SessionEvents,
} from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { io, type Socket } from 'socket.io-client';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { startApp, type TestApp } from '../support/test-app.js';

const saved = (session: Session): Promise<void> =>
  new Promise((resolve, reject) => session.save((error) => (error ? reject(error) : resolve())));

@WebSocketGateway()
@UseGuards()
class CountGateway {
  @SubscribeMessage('count')
  count(@CurrentSession() session: (Session & Partial<SessionData>) | undefined) {
    return { event: 'count', data: session?.count ?? null };
  }

  @SubscribeMessage('set')
  async set(@CurrentSession() session: Session & Partial<SessionData>) {
    session.count = 50;
    await saved(session);
    return { event: 'set', data: session.count };
  }

  private held: (Session & Partial<SessionData>) | undefined;

  @SubscribeMessage('hold')
  hold(@CurrentSession() session: Session & Partial<SessionData>) {
    this.held = session;
    return { event: 'hold', data: session.count };
  }

  @SubscribeMessage('set-held')
  async setHeld() {
    this.held!.count = 60;
    await saved(this.held!);
    return { event: 'set-held', data: this.held!.count };
  }
}

describe('a WebSocket', () => {
  const redis = useRedis();
  const clock = new FakeClock();
  const events: SessionEvent[] = [];
  let app: TestApp;
  const sockets: Socket[] = [];
  const ask = (socket: Socket, event: string): Promise<unknown> =>
    new Promise((resolve) => {
      socket.once(event, resolve);
      socket.emit(event);
    });
  const connect = (cookie?: string): Socket => {
    const socket = io(app.origin, {
      transports: ['websocket'],
      extraHeaders: cookie === undefined ? {} : { cookie },
    });
    sockets.push(socket);
    return socket;
  };
  beforeAll(async () => {
    app = await startApp(redis.url, {
      clock,
      module: { controllers: [AnswersController], providers: [CountGateway] },
    });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await app.close();
  });

  it('has the session of its handshake, as it is in Redis now, and saves on demand', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const socket = connect(browser.cookie);
    expect(await ask(socket, 'count')).toBe(1);
    await browser.get('/json');
    expect(await ask(socket, 'count')).toBe(2);
    expect(await ask(socket, 'set')).toBe(50);
    expect((await browser.get('/read')).json).toEqual({ count: 50 });
    await browser.post('/destroy');
    expect(await ask(socket, 'count')).toBeNull();
  });

  it('has none without a cookie or with a forged one', async () => {
    expect(await ask(connect(), 'count')).toBeNull();
    expect(await ask(connect('sid=s%3Aforged.forged'), 'count')).toBeNull();
  });

  describe('whose cookie is older than the secret of the session', () => {
    const open = async (): Promise<{ browser: Browser; socket: Socket }> => {
      const browser = new Browser(app.origin);
      await browser.get('/json');
      return { browser, socket: connect(browser.cookie) };
    };
    /** The browser is sent the successor, uses it, and the grace of the secret before ends. */
    const renew = async (browser: Browser): Promise<void> => {
      clock.advance(minutes(15));
      await browser.get('/read');
      await browser.get('/read');
      clock.advance(seconds(31));
    };

    it('keeps the session that it once had', async () => {
      const { browser, socket } = await open();
      expect(await ask(socket, 'count')).toBe(1);
      await renew(browser);
      expect(await ask(socket, 'count')).toBe(1);
      expect(await ask(socket, 'set')).toBe(50);
      expect((await browser.get('/read')).json).toEqual({ count: 50 });
    });

    it('can save what it began to change before', async () => {
      const { browser, socket } = await open();
      expect(await ask(socket, 'hold')).toBe(1);
      await renew(browser);
      expect(await ask(socket, 'set-held')).toBe(60);
      expect((await browser.get('/read')).json).toEqual({ count: 60 });
    });

    it('loses it as soon as it ends', async () => {
      const { browser, socket } = await open();
      expect(await ask(socket, 'count')).toBe(1);
      await renew(browser);
      await browser.post('/destroy');
      expect(await ask(socket, 'count')).toBeNull();
    });

    it('has none if it asks for the first time, and ends nothing', async () => {
      const { browser, socket } = await open();
      await renew(browser);
      expect(await ask(socket, 'count')).toBeNull();
      expect((await browser.get('/read')).json).toEqual({ count: 1 });
    });

    it('can look for it in the store without ending it', async () => {
      const { browser } = await open();
      const { sid } = browser;
      await renew(browser);
      expect(await app.app.get(RedisSessionStore).get(sid)).toBeNull();
      expect((await browser.get('/read')).json).toEqual({ count: 1 });
    });

    it('never counts as a thief', () => {
      expect(events.filter(({ type }) => type === 'session.stolen')).toEqual([]);
    });

    it('does not hide one who comes over HTTP with the old secret', async () => {
      const { browser, socket } = await open();
      expect(await ask(socket, 'count')).toBe(1);
      const thief = new Browser(app.origin);
      thief.cookie = browser.cookie;
      await renew(browser);
      await thief.get('/read');
      expect(events).toContainEqual({ type: 'session.stolen', handle: browser.handle });
      expect(await ask(socket, 'count')).toBeNull();
    });
  });
});
