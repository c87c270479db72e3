import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AddressInfo, Server } from 'node:net';
import { GraphQLModule } from '@nestjs/graphql';
import { type ClientProxy, ClientProxyFactory, Transport } from '@nestjs/microservices';
import { type SessionEvent, SessionEvents, SessionRegistry } from 'nestjs-redis-session';
import { loginAs, type LoginAsOptions } from 'nestjs-redis-session/testing';
import { firstValueFrom } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';
import { TextGateway, TextMessages, TextResolver } from '../support/text.handlers.js';
import { TinyGraphQLDriver } from '../support/tiny-graphql.driver.js';

describe.each(ADAPTERS)('guards elsewhere than over HTTP, on %s', (adapter) => {
  const redis = useRedis();
  const events: SessionEvent[] = [];
  let app: TestApp;
  let broker: ClientProxy;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      session: { auth: { trustedOrigins: ['https://friend.example'] } },
      module: {
        imports: [
          GraphQLModule.forRoot({
            driver: TinyGraphQLDriver,
            typeDefs:
              'type Query { open: String text: String secret: String } type Mutation { change: String }',
          }),
        ],
        controllers: [TextMessages],
        providers: [TextResolver, TextGateway],
      },
    });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    const microservice = app.app.connectMicroservice({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: 0 },
    });
    await app.app.startAllMicroservices();
    const { port } = microservice.unwrap<Server>().address() as AddressInfo;
    broker = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  });
  afterAll(async () => {
    await broker.close();
    await app.close();
  });
  const login = (roles: string[] = [], options?: LoginAsOptions): Promise<string> =>
    loginAs(app.app, { userId: 'u-1', roles }, options);
  beforeEach(() => {
    events.length = 0;
  });
  const refusals = (): SessionEvent[] => events.filter(({ type }) => type === 'access.refused');

  describe('in GraphQL', () => {
    const ask = async (query: string, headers: Record<string, string> = {}): Promise<any> => {
      const answer = await fetch(`${app.origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query }),
      });
      const { data, errors } = await answer.json();
      return errors === undefined
        ? data
        : errors.map(({ message, extensions }: any) => ({ message, ...extensions }));
    };

    it('a refusal is an error with our code in its extensions', async () => {
      expect(await ask('{ text }')).toEqual([{ message: 'Please log in.', code: 'UNAUTHENTICATED' }]);
      expect(refusals()).toEqual([
        { type: 'access.refused', code: 'UNAUTHENTICATED', route: 'TextResolver.text' },
      ]);
    });

    it('whoever is logged in passes, and everybody where it is public', async () => {
      expect(await ask('{ text }', { cookie: await login() })).toEqual({ text: 'text' });
      expect(await ask('{ open }')).toEqual({ open: 'open' });
    });

    it('roles and fresh logins are demanded', async () => {
      const old = { authenticatedAt: 1 };
      expect(await ask('{ secret }', { cookie: await login() })).toMatchObject([
        { code: 'INSUFFICIENT_ROLE' },
      ]);
      expect(await ask('{ secret }', { cookie: await login(['admin']) })).toEqual({ secret: 'secret' });
      expect(await ask('{ text }', { cookie: await login([], old) })).toMatchObject([
        { code: 'FRESH_LOGIN_REQUIRED' },
      ]);
    });

    it('a mutation that another site sent is refused', async () => {
      const change = (site: string) => ask('mutation { change }', { 'sec-fetch-site': site });
      expect(await change('same-origin')).toEqual({ change: 'changed' });
      expect(await change('cross-site')).toMatchObject([{ code: 'CROSS_ORIGIN' }]);
    });
  });

  describe('on a WebSocket', () => {
    const sockets: Socket[] = [];
    afterEach(() => {
      for (const socket of sockets.splice(0)) socket.disconnect();
    });
    const connect = (headers: Record<string, string> = {}): Socket => {
      const socket = io(app.origin, { transports: ['websocket'], extraHeaders: headers, forceNew: true });
      sockets.push(socket);
      return socket;
    };
    const ask = (socket: Socket, event: string): Promise<unknown> =>
      new Promise((resolve) => {
        socket.once('answer', resolve);
        socket.once('exception', resolve);
        socket.emit(event);
      });

    it('a refusal is an exception event with our code', async () => {
      expect(await ask(connect(), 'text')).toEqual({
        status: 'error',
        code: 'UNAUTHENTICATED',
        message: 'Please log in.',
      });
      expect(refusals()).toEqual([
        { type: 'access.refused', code: 'UNAUTHENTICATED', route: 'TextGateway.text' },
      ]);
    });

    it('whoever is logged in passes, and everybody where it is public', async () => {
      expect(await ask(connect({ cookie: await login() }), 'text')).toBe('text');
      expect(await ask(connect(), 'open')).toBe('open');
    });

    it('a session that ends while the socket is open is over at once', async () => {
      const cookie = await login(['admin']);
      const socket = connect({ cookie });
      expect(await ask(socket, 'secret')).toBe('secret');
      await app.app.get(SessionRegistry).revokeAll('u-1');
      expect(await ask(socket, 'secret')).toMatchObject({ code: 'SESSION_ENDED' });
    });

    it('names the session in the event', async () => {
      expect(await ask(connect({ cookie: await login() }), 'secret')).toMatchObject({
        code: 'INSUFFICIENT_ROLE',
      });
      expect(refusals()).toMatchObject([{ userId: 'u-1', handle: expect.stringMatching(/^[\w-]{22}$/) }]);
    });

    const REFUSED = {
      status: 'error',
      code: 'CROSS_ORIGIN',
      message: 'This request came from another site and was refused.',
    };
    it.each([
      ['of the page itself', () => app.origin, 'open'],
      ['of a trusted site', () => 'https://friend.example', 'open'],
      ['of another site', () => 'https://evil.example', REFUSED],
      ['of a sandbox', () => 'null', REFUSED],
    ])('judges the handshake by Origin: %s', async (_, origin, expected) => {
      const answer = await ask(connect({ origin: origin() }), 'open');
      expect(answer).toEqual(expected);
    });

    it('does not believe that a GET is safe', async () => {
      const socket = io(app.origin, {
        transports: ['polling'],
        extraHeaders: { origin: 'https://evil.example' },
        forceNew: true,
      });
      sockets.push(socket);
      expect(await ask(socket, 'open')).toMatchObject({ code: 'CROSS_ORIGIN' });
    });

    it('says that Redis cannot be reached, not that nobody is logged in', async () => {
      const socket = connect({ cookie: await login() });
      expect(await ask(socket, 'text')).toBe('text');
      await redis.server.pause();
      const answer = await ask(socket, 'text').finally(() => redis.server.resume());
      expect(answer).toMatchObject({ status: 'error', code: 'SESSION_STORE_UNAVAILABLE' });
    });
  });

  describe('on a message broker', () => {
    const ask = (pattern: string): Promise<unknown> =>
      firstValueFrom(broker.send<unknown>(pattern, {})).catch((error: unknown) => error);

    it('nobody is logged in, and is told our code', async () => {
      expect(await ask('text')).toEqual({
        status: 'error',
        code: 'UNAUTHENTICATED',
        message: 'Please log in.',
      });
      expect(refusals()).toEqual([
        { type: 'access.refused', code: 'UNAUTHENTICATED', route: 'TextMessages.text' },
      ]);
    });

    it('everybody passes where it is public, since no browser sends messages', async () => {
      expect(await ask('open')).toBe('open');
    });
  });
});
