import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ArgumentsHost, Controller, ForbiddenException, Get, HttpException, Req } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import {
  RedisSessionStore,
  SessionEndedError,
  SessionError,
  StoreUnavailableError,
} from 'nestjs-redis-session';
import { throwError } from 'rxjs';
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
    return { session: JSON.stringify(after.session) ?? 'none', isSameId: after.sessionID === sessionID };
  }

  @Get('deleted')
  deleted(@Req() request: Counted & { raw?: Counted }) {
    (request.raw ?? request).session = null;
    return { session: JSON.stringify(request.session) ?? 'none' };
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
    expect((await browser.get('/ended')).json).toEqual({ session: 'none', isSameId: true });
    expect(browser.cookie).toBeUndefined();
    expect((await new Browser(origin).get('/ended')).json).toEqual({ session: 'none', isSameId: true });
  });

  it('leaves what somebody puts on a prototype of all answers in its place', async () => {
    const { app, origin } = await start();
    const browser = new Browser(origin);
    let prototype: ServerResponse | undefined;
    app.getHttpServer().once('request', (_request: IncomingMessage, response: ServerResponse) => {
      prototype = Object.getPrototypeOf(response);
    });
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    const { end } = prototype!;
    let calls = 0;
    prototype!.end = function (this: ServerResponse, ...args: unknown[]) {
      calls++;
      return Reflect.apply(end, this, args);
    } as ServerResponse['end'];
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect((await browser.get('/json')).json).toEqual({ count: 3 });
    expect(calls).toBeGreaterThanOrEqual(2);
  });

  it('holds answers also where somebody before has given them methods of their own', async () => {
    const ended: number[] = [];
    const { origin } = await start((app) => {
      const server = app.getHttpServer() as NodeJS.EventEmitter;
      server.prependListener('request', (_: IncomingMessage, response: ServerResponse) => {
        const { end, writeHead } = response;
        // As some do, it gives nothing back.
        response.writeHead = function (...args: unknown[]) {
          Reflect.apply(writeHead, response, args);
        } as never;
        response.end = function (...args: unknown[]) {
          ended.push(response.statusCode);
          return Reflect.apply(end, response, args) as ServerResponse;
        } as never;
      });
      app.use('/unknown', (request: Counted, _: unknown, next: () => void) => {
        request.session!.count = 100;
        next();
      });
    });
    const browser = new Browser(origin);
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    // Nothing but the end of the answer saves what a middleware has changed.
    expect((await browser.get('/unknown')).status).toBe(404);
    expect(await redis.client.get(`sess:${browser.handle}`)).toContain('"count":100');
    expect(ended).toEqual([200, 200, 404]);
  });
});

@Controller('thrown')
class ThrowingController {
  @Get('unavailable')
  unavailable() {
    throw new StoreUnavailableError('Redis is away.');
  }

  @Get('ended')
  ended() {
    return throwError(() => new SessionEndedError('handle'));
  }

  @Get('fault')
  fault() {
    throw new SessionError('SESSION_NOT_SERIALIZABLE', 'What only developers see.');
  }
}

describe.each(ADAPTERS)('an error of the library that leaves a handler, on %s', (adapter) => {
  it.each([
    ['unavailable', 503, 'SESSION_STORE_UNAVAILABLE'],
    ['ended', 401, 'SESSION_ENDED'],
    ['fault', 500, undefined],
  ])('(%s) is what the client may know, for exception filters too', async (way, status, code) => {
    const seen: unknown[] = [];
    const app = await startApp(redis.url, {
      adapter,
      module: { controllers: [ThrowingController] },
      main: (nest) =>
        nest.useGlobalFilters(
          new (class extends BaseExceptionFilter {
            override catch(error: unknown, host: ArgumentsHost) {
              seen.push(error instanceof HttpException ? error.getStatus() : 500);
              super.catch(error, host);
            }
          })(nest.getHttpAdapter()),
        ),
    });
    running.push(app);
    const answer = await new Browser(app.origin).get(`/thrown/${way}`);
    expect([answer.status, answer.json.code, seen]).toEqual([status, code, [status]]);
    expect(answer.text).not.toContain('only developers');
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
    expect(answer.json).toMatchObject(status === 200 ? { count: 11 } : { statusCode: status });
    // And once more with a cookie, when loading takes a round trip.
    expect((await browser.get('/json')).status).toBe(status);
  });
});
