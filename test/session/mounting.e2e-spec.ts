import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, ForbiddenException, Get, Req } from '@nestjs/common';
import { RedisSessionStore } from 'nestjs-redis-session';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

interface Counted {
  session?: { id: string; count?: number; destroy(callback: () => void): void } | null;
  sessionID?: string;
  sessionStore?: unknown;
}

@Controller()
class FieldsController {
  @Get('fields')
  fields(@Req() request: Counted & { raw?: Counted }) {
    const raw = request.raw ?? request;
    const derived = Object.create(raw) as Counted;
    return {
      isSame: [raw.session, derived.session].every((session) => session === request.session),
      id:
        raw.sessionID === raw.session?.id &&
        request.sessionID === raw.sessionID &&
        derived.sessionID === raw.sessionID,
      isStore: raw.sessionStore instanceof RedisSessionStore,
    };
  }

  @Get('ended')
  async ended(@Req() request: Counted & { raw?: Counted }) {
    const { sessionID, session } = request.raw ?? request;
    await new Promise<void>((resolve) => session?.destroy(resolve));
    const after = request.raw ?? request;
    return { session: String(after.session), isSameId: after.sessionID === sessionID };
  }

  @Get('deleted')
  deleted(@Req() request: Counted & { raw?: Counted }) {
    (request.raw ?? request).session = null;
    return { session: String(request.session) };
  }
}

const redis = useRedis();
const running: TestApp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
});

describe.each(ADAPTERS)('what is put on requests and answers, on %s', (adapter) => {
  async function start(main?: (app: TestApp['app']) => void): Promise<TestApp> {
    const app = await startApp(redis.url, {
      adapter,
      main,
      module: { controllers: [AnswersController, FieldsController] },
    });
    running.push(app);
    return app;
  }

  it('is one session with one id, however the request is asked for it, with and without a cookie', async () => {
    const { origin } = await start();
    const browser = new Browser(origin);
    const expected = { isSame: true, id: true, isStore: true };
    expect((await browser.get('/fields')).json).toEqual(expected);
    expect(browser.cookie).toBeUndefined();
    await browser.get('/json');
    expect((await browser.get('/fields')).json).toEqual(expected);
  });

  it('is no session any more once it is destroyed, and none that is saved once it is taken away', async () => {
    const { origin } = await start();
    const browser = new Browser(origin);
    await browser.get('/json');
    expect((await browser.get('/deleted')).json).toEqual({ session: 'null' });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect((await browser.get('/ended')).json).toEqual({ session: 'undefined', isSameId: true });
    expect(browser.cookie).toBeUndefined();
    expect((await new Browser(origin).get('/ended')).json).toEqual({ session: 'undefined', isSameId: true });
  });

  it('holds answers also where somebody before has given them methods of their own', async () => {
    const ended: number[] = [];
    const { origin } = await start((app) => {
      const server = app.getHttpServer() as NodeJS.EventEmitter;
      server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
        const { end } = response;
        response.end = function (...args: unknown[]) {
          ended.push(response.statusCode);
          return Reflect.apply(end, response, args) as ServerResponse;
        } as never;
      });
    });
    const browser = new Browser(origin);
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect(ended).toEqual([200, 200]);
  });
});

type Hook = (
  request: { session?: { count?: number } },
  reply: object,
  done: (error?: Error) => void,
) => unknown;

describe("the application's own hook of Fastify's adapter", () => {
  it.each<[string, Hook, number]>([
    [
      'with a callback',
      (request, _, done) => {
        request.session!.count = 10;
        done();
      },
      200,
    ],
    [
      'that is asynchronous',
      async (request) => {
        request.session!.count = 10;
      },
      200,
    ],
    ['that refuses', (_, __, done) => done(new ForbiddenException()), 403],
    [
      'that throws',
      () => {
        throw new ForbiddenException();
      },
      403,
    ],
    [
      'that rejects',
      async () => {
        throw new ForbiddenException();
      },
      403,
    ],
  ])('%s runs too, with the session, whenever it was set', async (_, hook, status) => {
    const app = await startApp(redis.url, {
      adapter: 'fastify',
      module: { controllers: [AnswersController] },
      main: (nest) => {
        const adapter = nest.getHttpAdapter() as unknown as { setOnRequestHook(hook: Hook): void };
        adapter.setOnRequestHook(hook);
      },
    });
    running.push(app);
    const browser = new Browser(app.origin);
    const answer = await browser.get('/json');
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.json).toEqual({ count: 11 });
    // And once more with a cookie, when loading takes a round trip.
    expect((await browser.get('/json')).status).toBe(status);
  });
});
