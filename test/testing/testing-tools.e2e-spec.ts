import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Post, Req, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type AnyRequest,
  AuthenticatedGuard,
  Clock,
  CurrentUser,
  days,
  LoginService,
  minutes,
  SessionModule,
  type SessionModuleOptions,
  type SessionUser,
} from 'nestjs-redis-session';
import { describeSessionStore, FakeClock, loginAs, withoutRedis } from 'nestjs-redis-session/testing';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { SECRET, startApp } from '../support/test-app.js';

@Controller()
@UseGuards(AuthenticatedGuard)
class MeController {
  constructor(private readonly logins: LoginService) {}

  @Get('me')
  me(@CurrentUser() user: SessionUser): SessionUser {
    return user;
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest): Promise<void> {
    await this.logins.logout(request);
  }
}

/** What an application's test of its controllers looks like. */
async function appWithoutRedis(
  options: Partial<SessionModuleOptions> = {},
  clock?: FakeClock,
): Promise<INestApplication> {
  const builder = Test.createTestingModule({
    imports: [SessionModule.forRoot({ secret: SECRET, redis: 'redis://not-used', ...options })],
    controllers: [MeController, AnswersController],
  });
  if (clock !== undefined) builder.overrideProvider(Clock).useValue(clock);
  const app = (await withoutRedis(builder).compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  return app;
}

async function browserOf(app: INestApplication, cookie?: string): Promise<Browser> {
  const browser = new Browser(await app.getUrl());
  browser.cookie = cookie;
  return browser;
}

describe('withoutRedis', () => {
  let app: INestApplication;
  afterEach(() => app.close());

  it('an application keeps its sessions in memory, with its own options', async () => {
    app = await appWithoutRedis({ cookie: { name: 'shop' } });
    const browser = new Browser(await app.getUrl(), 'shop');
    await browser.get('/json');
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    await browser.post('/destroy');
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
  });

  it('loses nothing and revives nothing under parallel requests', async () => {
    app = await appWithoutRedis();
    const browser = await browserOf(app, await loginAs(app, { userId: '7' }));
    await Promise.all(Array.from({ length: 20 }, (_, index) => browser.post(`/note?key=k${index}&value=v`)));
    const notes = (await browser.post('/note?key=last&value=v')).json;
    expect(Object.keys(notes)).toHaveLength(21);
  });

  it('time is the provider Clock, which a FakeClock may be', async () => {
    const clock = new FakeClock();
    app = await appWithoutRedis({ session: { idleTimeout: minutes(30) } }, clock);
    const browser = await browserOf(app);
    await browser.get('/json');
    clock.advance(minutes(29));
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    clock.advance(minutes(30));
    expect((await browser.get('/json')).json).toEqual({ count: 1 });
  });

  it('gives every application sessions of its own', async () => {
    app = await appWithoutRedis();
    const cookie = await loginAs(app, { userId: '7' });
    const other = await appWithoutRedis();
    expect((await (await browserOf(other, cookie)).get('/me')).status).toBe(401);
    await other.close();
  });
});

describe('loginAs', () => {
  const redis = useRedis();

  it('gives a cookie that is logged in, in memory', async () => {
    const app = await appWithoutRedis();
    const browser = await browserOf(app, await loginAs(app, { userId: '7', roles: ['admin'] }));
    const { json } = await browser.get('/me');
    expect(json).toEqual({ userId: '7', roles: ['admin'], authenticatedAt: expect.any(Number) });
    await browser.post('/logout');
    browser.cookie = undefined;
    expect((await browser.get('/me')).status).toBe(401);
    await app.close();
  });

  it('is not limited, however many ask at one time', async () => {
    const app = await appWithoutRedis();
    const cookies = await Promise.all(Array.from({ length: 20 }, () => loginAs(app, { userId: '7' })));
    expect(new Set(cookies).size).toBe(20);
    await app.close();
  });

  it('gives a cookie that is logged in, in Redis, until it is logged out', async () => {
    const { app, origin, close } = await startApp(redis.url, { module: { controllers: [MeController] } });
    const cookie = await loginAs(app, { userId: '7' });
    const browser = new Browser(origin);
    browser.cookie = cookie;
    expect((await browser.get('/me')).json).toMatchObject({ userId: '7', roles: [] });
    await browser.post('/logout');
    browser.cookie = cookie;
    expect((await browser.get('/me')).status).toBe(401);
    await close();
  });

  it('says when the password was checked, and lives long when remembered', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1));
    const app = await appWithoutRedis({}, clock);
    const authenticatedAt = clock.now() - minutes(20);
    const remembered = await browserOf(
      app,
      await loginAs(app, { userId: '7' }, { remembered: true, authenticatedAt }),
    );
    const ordinary = await browserOf(app, await loginAs(app, { userId: '8' }));
    expect((await remembered.get('/me')).json).toMatchObject({ authenticatedAt });
    expect((await ordinary.get('/me')).json).toMatchObject({ authenticatedAt: clock.now() });
    clock.advance(days(13));
    expect((await remembered.get('/me')).json).toMatchObject({ authenticatedAt });
    expect((await ordinary.get('/me')).status).toBe(401);
    await app.close();
  });
});

describe('FakeClock', () => {
  it('stands still until it is moved', () => {
    const clock = new FakeClock(1_000);
    expect([clock.now(), clock.now()]).toEqual([1_000, 1_000]);
    clock.advance(500);
    expect(clock.now()).toBe(1_500);
    clock.set(new Date(9_000));
    expect(clock.now()).toBe(9_000);
  });

  it('starts now, and refuses what is no time', () => {
    expect(Math.abs(new FakeClock().now() - Date.now())).toBeLessThan(1_000);
    expect(() => new FakeClock(Number.NaN)).toThrow(RangeError);
    expect(() => new FakeClock().set(new Date('?'))).toThrow(RangeError);
  });
});

describe('describeSessionStore', () => {
  it('says what it needs where there is no test framework', () => {
    const { it: kept } = globalThis as { it?: unknown };
    Reflect.deleteProperty(globalThis, 'it');
    const describeIt = () =>
      describeSessionStore('x', () => ({ store: undefined as never }), { describe: () => undefined });
    try {
      expect(describeIt).toThrow(/no global it\(\)\. Pass \{ describe, it \}/);
    } finally {
      Object.assign(globalThis, { it: kept });
    }
  });
});
