import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CurrentSession, LoginService, SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';
import { tap } from 'rxjs';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, SECRET, startApp } from '../support/test-app.js';

describe('SessionModule', () => {
  const redis = useRedis();
  const options = (): SessionModuleOptions => ({ secret: SECRET, redis: redis.url });

  @Injectable()
  class OptionsFactory {
    createSessionOptions(): SessionModuleOptions {
      return options();
    }
  }

  @Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
  class OptionsModule {}

  it.each([
    ['useFactory', () => SessionModule.forRootAsync({ useFactory: async () => options() })],
    ['useClass', () => SessionModule.forRootAsync({ useClass: OptionsFactory })],
    [
      'useExisting',
      () => SessionModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
    ],
  ])('forRootAsync takes its options with %s', async (_, build) => {
    const testing = await Test.createTestingModule({
      imports: [build()],
      controllers: [AnswersController],
    }).compile();
    const app = testing.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const browser = new Browser(await app.getUrl());
    await browser.get('/json');
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    await app.close();
  });

  it('works in an application made from a testing module on Fastify', async () => {
    const testing = await Test.createTestingModule({
      imports: [SessionModule.forRoot(options())],
      controllers: [AnswersController],
    }).compile();
    const app = testing.createNestApplication(new FastifyAdapter());
    await app.listen(0, '127.0.0.1');
    const browser = new Browser(await app.getUrl());
    await browser.get('/json');
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    await app.close();
  });

  it('is global unless it is told not to be', async () => {
    @Module({
      controllers: [],
      providers: [{ provide: 'probe', inject: [LoginService], useFactory: (logins: LoginService) => logins }],
    })
    class FeatureModule {}
    const create = (isGlobal?: boolean) =>
      NestFactory.createApplicationContext(
        {
          module: class Root {},
          imports: [
            SessionModule.forRoot({ ...options(), ...(isGlobal === undefined ? {} : { isGlobal }) }),
            FeatureModule,
          ],
        },
        { logger: false, abortOnError: false },
      );
    await (await create()).close();
    await expect(create(false)).rejects.toThrow(/LoginService/);
  });

  it('a second forRoot is an error at the start, and says what to do', async () => {
    const twice = NestFactory.create(
      {
        module: class Root {},
        imports: [SessionModule.forRoot(options()), SessionModule.forRoot(options())],
      },
      { logger: false, abortOnError: false },
    );
    await expect(twice).rejects.toThrow(/called twice.*Keep one/);
  });

  it('without Redis the application does not start, and says where it looked', async () => {
    const start = startApp('redis://:hidden@127.0.0.1:1', {});
    await expect(start).rejects.toThrow('Redis at 127.0.0.1:1 cannot be used: nothing listens there');
    await expect(start).rejects.not.toThrow('hidden');
  });

  it('with redis.startWithout it starts and answers 503 until Redis is there', async () => {
    const app = await startApp(redis.url, {
      session: { redis: { url: 'redis://127.0.0.1:1', startWithout: true, maxWait: 200 } },
      module: { controllers: [AnswersController] },
    });
    const browser = new Browser(app.origin);
    expect((await browser.get('/read')).status).toBe(200);
    expect((await browser.get('/json')).json).toMatchObject({ code: 'SESSION_STORE_UNAVAILABLE' });
    await app.close();
  });
});

describe.each(ADAPTERS)('the save at the end of a handler, on %s', (adapter) => {
  const redis = useRedis();

  @Injectable()
  class LateInterceptor implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler) {
      const request = context.switchToHttp().getRequest<{ session: { count?: number } }>();
      return next.handle().pipe(tap(() => (request.session.count = 1_000)));
    }
  }

  @Controller()
  class QuietController {
    @Get('quiet')
    quiet(@CurrentSession() session: object) {
      return { fields: Object.keys(session) };
    }
  }

  it('is outermost: what an APP_INTERCEPTOR and a global one change is saved before the answer', async () => {
    const app = await startApp(redis.url, {
      adapter,
      module: {
        controllers: [QuietController, AnswersController],
        providers: [{ provide: APP_INTERCEPTOR, useClass: LateInterceptor }],
      },
      main: (nest) => nest.useGlobalInterceptors(new LateInterceptor()),
    });
    const browser = new Browser(app.origin);
    await browser.get('/quiet');
    expect(JSON.parse((await redis.client.get(`sess:${browser.handle}`))!).count).toBe(1_000);
    await app.close();
  });
});

describe('two instances on one Redis', () => {
  const redis = useRedis();

  it('share sessions, and a restart keeps them', async () => {
    const module = { controllers: [AnswersController] };
    const [one, two] = await Promise.all([
      startApp(redis.url, { module }),
      startApp(redis.url, { module, adapter: 'fastify' }),
    ]);
    const browser = new Browser(one.origin);
    await browser.get('/json');
    const elsewhere = new Browser(two.origin);
    elsewhere.cookie = browser.cookie;
    expect((await elsewhere.get('/json')).json).toEqual({ count: 2 });
    await Promise.all([one.close(), two.close()]);
    const three = await startApp(redis.url, { module });
    const later = new Browser(three.origin);
    later.cookie = browser.cookie;
    expect((await later.get('/json')).json).toEqual({ count: 3 });
    await three.close();
  });
});

describe('the client of the application', () => {
  const redis = useRedis();
  let before: number;
  beforeAll(async () => {
    await redis.itsClient.info();
    before = Number(/connected_clients:(\d+)/.exec(await redis.client.info('clients'))![1]);
  });
  it('is used as it is and stays open', async () => {
    const app = await startApp(redis.url, {
      session: { redis: { client: redis.itsClient } },
      module: { controllers: [AnswersController] },
    });
    const browser = new Browser(app.origin);
    await browser.get('/json');
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect(Number(/connected_clients:(\d+)/.exec(await redis.client.info('clients'))![1])).toBe(before);
    await app.close();
    expect(redis.itsClient.status).toBe('ready');
  });
});
