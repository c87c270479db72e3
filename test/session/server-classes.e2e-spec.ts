import { afterEach, describe, expect, it } from '@jest/globals';
import { IncomingMessage, type Server, ServerResponse } from 'node:http';
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
