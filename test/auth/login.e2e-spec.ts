import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import type { Session, SessionData } from 'express-session';
import {
  type AnyRequest,
  AuthenticatedGuard,
  CurrentSession,
  CurrentUser,
  days,
  LoginService,
  minutes,
  Public,
  type SessionEvent,
  SessionEvents,
  type SessionUser,
} from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

declare module 'express-session' {
  interface SessionData {
    basket: string[];
    planted: string;
  }
}

@UseGuards(AuthenticatedGuard)
@Controller()
class AccountController {
  constructor(private readonly logins: LoginService) {}

  @Public()
  @Post('login')
  async login(@Req() request: AnyRequest, @Body() body: { password: string; rememberMe?: boolean }) {
    return this.logins.login(request, {
      account: 'alice',
      verify: () => (body.password === 'right' ? { userId: 'u-1', roles: ['admin'] } : undefined),
      rememberMe: body.rememberMe,
    });
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return { loggedOut: true };
  }

  @Get('me')
  me(@CurrentUser() user: SessionUser) {
    return user;
  }

  @Public()
  @Get('who')
  who(
    @CurrentUser() user: SessionUser | undefined,
    @CurrentSession() session: Session & Partial<SessionData>,
  ) {
    return { userId: user?.userId ?? null, basket: session.basket ?? null, planted: session.planted ?? null };
  }

  @Public()
  @Post('prepare')
  prepare(@CurrentSession() session: Session & Partial<SessionData>) {
    session.basket = ['book'];
    session.planted = 'by somebody';
    return {};
  }
}

describe.each(ADAPTERS)('logging in, on %s', (adapter) => {
  const redis = useRedis();
  const events: SessionEvent[] = [];
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      session: { auth: { carryOver: ['basket'] } },
      module: { controllers: [AccountController] },
    });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
  });
  afterAll(() => app.close());

  it('lets nobody in before, and says why', async () => {
    const answer = await new Browser(app.origin).get('/me');
    expect([answer.status, answer.json]).toEqual([
      401,
      { statusCode: 401, code: 'UNAUTHENTICATED', message: 'Please log in.' },
    ]);
  });

  it('a wrong password is 401 INVALID_CREDENTIALS and changes nothing', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/prepare');
    const { sid } = browser;
    const answer = await browser.post('/login', { password: 'wrong' });
    expect([answer.status, answer.json.code]).toEqual([401, 'INVALID_CREDENTIALS']);
    expect(answer.setCookie).toBeUndefined();
    expect(browser.sid).toBe(sid);
    expect(events.at(-1)).toEqual({ type: 'login.failed', reason: 'credentials' });
  });

  it('gives a new id and secret; the cookie from before is dead; only the carry-over list survives', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/prepare');
    const planted = browser.cookie!;
    const { handle } = browser;
    expect((await browser.post('/login', { password: 'right' })).json).toEqual({
      userId: 'u-1',
      roles: ['admin'],
    });
    expect(browser.handle).not.toBe(handle);
    expect(await redis.client.exists(`sess:${handle}`)).toBe(0);
    expect((await browser.get('/who')).json).toEqual({ userId: 'u-1', basket: ['book'], planted: null });
    expect((await new Browser(app.origin).get('/who', { cookie: planted })).json).toEqual({
      userId: null,
      basket: null,
      planted: null,
    });
    expect((await browser.get('/me')).json).toEqual({
      userId: 'u-1',
      roles: ['admin'],
      authenticatedAt: expect.any(Number),
    });
  });

  it('logout ends it for good, everywhere, and clears the browser', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/login', { password: 'right' });
    const { cookie, handle } = browser;
    const answer = await browser.post('/logout');
    expect(answer.json).toEqual({ loggedOut: true });
    expect(answer.setCookie).toMatch(/Max-Age=0/);
    expect(answer.headers.get('clear-site-data')).toBe('"storage"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await redis.client.exists(`sess:${handle}`)).toBe(0);
    expect(events.at(-1)).toEqual({ type: 'session.ended', handle, userId: 'u-1', reason: 'logout' });
    expect((await browser.get('/me', { cookie: cookie! })).json.code).toBe('SESSION_ENDED');
  });

  it('who is logged in is not on req.session, so no request data can set it', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/login', { password: 'right' });
    const record = JSON.parse((await redis.client.get(`sess:${browser.handle}`))!);
    expect(record.$session.auth).toMatchObject({ userId: 'u-1', roles: ['admin'] });
    expect(record.auth).toBeUndefined();
  });

  it.each([
    [undefined, minutes(30), 'Max-Age=1800'],
    [true, days(14), 'Max-Age=1209600'],
    [false, minutes(30), undefined],
  ])('rememberMe %s: Redis keeps it %d ms, the browser as long', async (rememberMe, kept, maxAge) => {
    const browser = new Browser(app.origin);
    const { setCookie } = await browser.post('/login', { password: 'right', rememberMe });
    expect(setCookie!.split('; ').find((attribute) => attribute.startsWith('Max-Age='))).toBe(maxAge);
    expect(setCookie!.includes('Expires=')).toBe(maxAge !== undefined);
    const pttl = await redis.client.pttl(`sess:${browser.handle}`);
    expect(pttl).toBeGreaterThan(kept - 5_000);
    expect(pttl).toBeLessThanOrEqual(kept);
  });

  it('no event, key or value shows the secret half of an id', async () => {
    const browser = new Browser(app.origin);
    await browser.post('/login', { password: 'right' });
    const secret = browser.sid.split('.')[1]!;
    await browser.post('/logout');
    expect(JSON.stringify(events)).not.toContain(secret);
  });
});
