import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Session, SessionData } from 'express-session';
import { CurrentSession } from 'nestjs-redis-session';
import { io, type Socket } from 'socket.io-client';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { startApp, type TestApp } from '../support/test-app.js';

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
    await new Promise<void>((resolve, reject) =>
      session.save((error) => (error ? reject(error) : resolve())),
    );
    return { event: 'set', data: session.count };
  }
}

describe('a WebSocket', () => {
  const redis = useRedis();
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
      module: { controllers: [AnswersController], providers: [CountGateway] },
    });
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
});
