import { afterEach, describe, expect, it } from '@jest/globals';
import { type BeforeApplicationShutdown, Body, Controller, Injectable, Post, Req } from '@nestjs/common';
import {
  type AnyRequest,
  LoginService,
  type SessionEvent,
  SessionEvents,
  SessionRegistry,
  type SessionModuleOptions,
} from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { LinesLogger } from '../support/lines.logger.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

/** Who the users say they are, and what the application calls them. */
const FORGED = 'u-2\nlogin.succeeded handle=x userId=admin remembered=false';
const PASSWORD = 'correct-horse-battery';

@Controller()
class AccountController {
  constructor(private readonly logins: LoginService) {}

  @Post('login')
  async login(
    @Req() request: AnyRequest,
    @Body() body: { account: string; password: string; userId?: string },
  ) {
    const verify = () => (body.password === PASSWORD ? { userId: body.userId ?? 'u-1' } : undefined);
    return this.logins.login(request, { account: body.account, verify, rememberMe: true });
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return {};
  }
}

/** An application that ends sessions while it closes, when requests may still be answered. */
@Injectable()
class Closing implements BeforeApplicationShutdown {
  static revoked: string | undefined;
  constructor(private readonly registry: SessionRegistry) {}

  async beforeApplicationShutdown() {
    if (Closing.revoked !== undefined) await this.registry.revoke(Closing.revoked);
  }
}

describe.each(ADAPTERS)('the log of what happens to sessions, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  let logger: LinesLogger;
  let events: SessionEvent[];
  async function start(session: Partial<SessionModuleOptions> = {}): Promise<Browser> {
    logger = new LinesLogger();
    events = [];
    app = await startApp(redis.url, {
      adapter,
      session: { loginAttempts: {}, ...session },
      module: { controllers: [AccountController], providers: [Closing] },
      main: (nest) => nest.useLogger(logger),
    });
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return new Browser(app.origin);
  }
  afterEach(() => app.close());

  const login = (browser: Browser, more: object = {}) =>
    browser.post('/login', { account: 'alice', password: PASSWORD, ...more });

  it('has a line for each login, failure, logout and revocation', async () => {
    const browser = await start();
    await login(browser, { password: 'wrong' });
    await login(browser);
    const first = browser.handle;
    await browser.post('/logout');
    await login(browser);
    const second = browser.handle;
    await app.app.get(SessionRegistry).revokeAll('u-1');
    const lines = logger.sessionLines.filter((line) => !line.includes(' sessions.revoked '));
    expect(lines).toEqual([
      'warn login.failed reason=credentials',
      `debug session.created handle=${first}`,
      `log login.succeeded handle=${first} userId=u-1 failures=1 device=new remembered=true`,
      `log session.ended handle=${first} userId=u-1 reason=logout`,
      `debug session.created handle=${second}`,
      `log login.succeeded handle=${second} userId=u-1 device=new remembered=true`,
      `log session.ended handle=${second} userId=u-1 reason=revoked`,
    ]);
  });

  it.each(['secret', 'plain'] as const)(
    'shows no password, no account and nothing of a cookie that lets in, with idFormat %s',
    async (idFormat) => {
      const browser = await start({ session: { idFormat } });
      const sids: string[] = [];
      await login(browser, { password: 'not-the-password' });
      await login(browser);
      sids.push(browser.sid);
      await login(browser);
      sids.push(browser.sid);
      await browser.post('/logout');
      const told = logger.lines.join('\n');
      expect(logger.sessionLines.length).toBeGreaterThan(5);
      for (const sid of sids) {
        const [handle = '', secret] = sid.split('.');
        expect(told).not.toContain(secret ?? handle);
      }
      expect(told + JSON.stringify(events)).not.toMatch(/alice|correct-horse|not-the-password/);
    },
  );

  it('with events.accounts has the name that was typed', async () => {
    const browser = await start({ events: { accounts: true } });
    await login(browser, { password: 'wrong', account: 'alice\nlogin.succeeded' });
    await login(browser);
    expect(logger.sessionLines.filter((line) => line.includes('login.'))).toEqual([
      String.raw`warn login.failed account="alice\nlogin.succeeded" reason=credentials`,
      `log login.succeeded handle=${browser.handle} userId=u-1 account=alice device=new remembered=true`,
    ]);
    expect(events).toContainEqual(expect.objectContaining({ type: 'login.succeeded', account: 'alice' }));
  });

  it('cannot be made to show a login that never was', async () => {
    const browser = await start();
    await login(browser, { userId: FORGED });
    const lines = logger.sessionLines.join('\n').split('\n');
    expect(lines.filter((line) => /^(log )?login\.succeeded/.test(line))).toEqual([
      `log login.succeeded handle=${browser.handle} userId=${JSON.stringify(FORGED)} device=new remembered=true`,
    ]);
  });

  it('with events.log false is empty, and the events are still told', async () => {
    const browser = await start({ events: { log: false } });
    await login(browser);
    expect(logger.sessionLines).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['session.created', 'login.succeeded']);
  });

  it('tells once that Redis went away and once that it is back', async () => {
    const browser = await start();
    await login(browser);
    logger.lines.length = 0;
    await redis.server.kill();
    expect((await browser.post('/logout')).status).toBe(503);
    await redis.server.restart();
    while (!logger.lines.some((line) => line.includes('recovered'))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const lines = logger.lines.filter((line) => /redis|store|unavailable|available|back/i.test(line));
    expect(lines).toEqual([
      expect.stringMatching(/^error Session store\.unavailable reason="[^"]+"$/),
      'log Session store.recovered',
    ]);
  });

  it('tells what happens while the application closes', async () => {
    const browser = await start();
    await login(browser);
    Closing.revoked = browser.handle;
    await app.close();
    expect(logger.sessionLines.at(-1)).toBe(
      `log session.ended handle=${browser.handle} userId=u-1 reason=revoked`,
    );
  });
});
