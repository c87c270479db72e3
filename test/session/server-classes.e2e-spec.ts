import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express, { type Application, type NextFunction, type Request, type Response } from 'express';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { startApp, type TestApp } from '../support/test-app.js';

describe("what Fastify's server makes its requests and answers of", () => {
  const redis = useRedis();
  const running: TestApp[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
  });

  async function start(main?: (app: TestApp['app']) => void) {
    const app = await startApp(redis.url, {
      adapter: 'fastify',
      main,
      module: { controllers: [AnswersController] },
    });
    running.push(app);
    return app;
  }

  /** Each `[symbol, class]` under which Node keeps them. */
  const classesOf = (server: object) =>
    Object.getOwnPropertySymbols(server)
      .filter(({ description = '' }) => /^(IncomingMessage|ServerResponse)$/.test(description))
      .map((symbol) => [symbol, Reflect.get(server, symbol) as () => void] as const);

  it('are classes of its own, so that each of them has what all have without being given it', async () => {
    const app = await start();
    const server = app.app.getHttpServer() as Server;
    const made: object[] = [];
    server.prependListener('request', (...both) => made.push(...both));
    const browser = new Browser(app.origin);
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    const [request, response] = made as [IncomingMessage, ServerResponse];
    expect(request).toBeInstanceOf(IncomingMessage);
    expect(response).toBeInstanceOf(ServerResponse);
    expect(request.constructor.name).not.toBe('IncomingMessage');
    for (const name of ['session', 'sessionID', 'sessionStore', 'end', 'write'])
      expect(made.filter((one) => Object.hasOwn(one, name))).toEqual([]);
    // Nobody else's server is changed.
    expect(Object.hasOwn(IncomingMessage.prototype, 'session')).toBe(false);
  });

  it('may be others all the same: what did not come over the server, or a server with ways of its own', async () => {
    const app = await start((nest) => {
      const server = nest.getHttpServer() as Server;
      // What they were before, as if the library had not found them.
      for (const [symbol, own] of classesOf(server)) Reflect.set(server, symbol, Object.getPrototypeOf(own));
    });
    const browser = new Browser(app.origin);
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect((await new Browser(app.origin).get('/json')).json).toEqual({ count: 1 });
  });
});

describe("what Express's server makes its requests and answers of", () => {
  const redis = useRedis();
  const running: { close(): unknown }[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });

  async function start(main?: (app: TestApp['app']) => void) {
    const app = await startApp(redis.url, { main, module: { controllers: [AnswersController] } });
    running.push(app);
    const instance = instanceOf(app.app);
    return { ...app, instance, server: app.app.getHttpServer() as Server };
  }

  /** With what its requests and answers inherit from. */
  type Prototypes = Application & Record<'request' | 'response', object>;
  const instanceOf = (app: TestApp['app']): Prototypes => {
    const instance: Prototypes = app.getHttpAdapter().getInstance();
    return instance;
  };

  /** Another server that calls an application. */
  async function listen(application: Application): Promise<string> {
    const server = createServer(application).listen(0, '127.0.0.1');
    running.push({ close: () => (server.closeAllConnections(), server.close()) });
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** What two requests of one browser and one of another count. */
  async function countsOf(origin: string): Promise<number[]> {
    const browser = new Browser(origin);
    const counts: number[] = [];
    for (const each of [browser, browser, new Browser(origin)])
      counts.push((await each.get('/json')).json.count);
    return counts;
  }

  it('has the prototypes that Express would give to each of them, which makes all that follows slow', async () => {
    const { origin, instance, server } = await start();
    const given: unknown[] = [];
    server.prependListener('request', (request: object, response: object) =>
      given.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response)),
    );
    expect(await countsOf(origin)).toEqual([1, 2, 1]);
    expect(given).toHaveLength(6);
    for (let at = 0; at < given.length; at += 2) {
      expect(given[at]).toBe(instance.request);
      expect(given[at + 1]).toBe(instance.response);
    }
    expect(instance.request).toBeInstanceOf(IncomingMessage);
    expect(instance.response).toBeInstanceOf(ServerResponse);
  });

  it('leaves to Express the requests of a server that it does not know, as one that listens for TLS beside Nest’s', async () => {
    const { instance } = await start();
    expect(await countsOf(await listen(instance))).toEqual([1, 2, 1]);
  });

  it('is the same to an application that is mounted in another one', async () => {
    const applications: unknown[] = [];
    const { instance } = await start((app) =>
      app.use((request: Request, _response: Response, next: NextFunction) => {
        applications.push(request.app);
        next();
      }),
    );
    const parent = express();
    parent.use('/nested', instance);
    expect(await countsOf(`${await listen(parent)}/nested`)).toEqual([1, 2, 1]);
    expect(applications).toHaveLength(3);
    expect(applications.every((application) => application === instance)).toBe(true);
  });

  it('is the same where another application is mounted in it', async () => {
    const nested = express();
    nested.get('/app', ({ app, session }, response) => {
      response.json({ isOwn: app === nested, count: session.count });
    });
    const { origin } = await start((app) => app.use('/nested', nested));
    const browser = new Browser(origin);
    await browser.get('/json');
    expect((await browser.get('/nested/app')).json).toEqual({ isOwn: true, count: 1 });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
  });
});
