import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, Req } from '@nestjs/common';
import {
  type AnyRequest,
  CurrentSession,
  CurrentUser,
  handleOf,
  LoginService,
  SessionRegistry,
  type SessionUser,
} from 'nestjs-redis-session';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { Gates } from '../support/gates.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const gates = new Gates();

@Controller()
class RevocationController {
  constructor(
    private readonly logins: LoginService,
    private readonly registry: SessionRegistry,
  ) {}

  @Post('login')
  async login(@Req() request: AnyRequest, @Body() body: { userId: string; gate?: string }) {
    const { userId } = await this.logins.login(request, {
      account: body.userId,
      verify: async () => {
        if (body.gate !== undefined) await gates.pass(body.gate);
        return { userId: body.userId };
      },
    });
    return { userId };
  }

  @Post('logout')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return {};
  }

  @Get('me')
  me(@CurrentUser() user: SessionUser | undefined) {
    return { userId: user?.userId ?? null };
  }

  @Post('slow-write')
  async slowWrite(@CurrentSession() session: CurrentSession, @Body() body: { gate: string }) {
    await gates.pass(body.gate);
    session.count = 7;
    return {};
  }

  @Post('revoke-others')
  async revokeOthers(@CurrentSession() session: CurrentSession, @CurrentUser() user: SessionUser) {
    return { ended: await this.registry.revokeAll(user.userId, { except: handleOf(session) }) };
  }
}

describe.each(ADAPTERS)('revocation, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  let registry: SessionRegistry;
  let users = 0;
  const newUser = (): string => `user ${adapter} {${++users}}`;
  const login = async (userId: string, gate?: string): Promise<Browser> => {
    const browser = new Browser(app.origin);
    await browser.post('/login', { userId, gate });
    return browser;
  };
  const whoIs = async (browser: Browser): Promise<unknown> => (await browser.get('/me')).json.userId;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      module: { controllers: [RevocationController, AnswersController] },
    });
    registry = app.app.get(SessionRegistry);
  });
  afterAll(() => app.close());

  it('of one session ends it, and a write in flight is told so', async () => {
    const userId = newUser();
    const browser = await login(userId);
    const other = await login(userId);
    const writing = browser.post('/slow-write', { gate: `revoke-one ${adapter}` });
    await gates.reached(`revoke-one ${adapter}`);
    expect(await registry.revoke(browser.handle)).toBe(true);
    gates.open(`revoke-one ${adapter}`);
    const answer = await writing;
    expect([answer.status, answer.json.code, answer.setCookie]).toEqual([401, 'SESSION_ENDED', undefined]);
    expect(await whoIs(browser)).toBeNull();
    expect(await whoIs(other)).toBe(userId);
    expect(await registry.revoke(browser.handle)).toBe(false);
  });

  it('of all sessions of a user leaves those of others, and the one that asked', async () => {
    const userId = newUser();
    const [one, two, mine, stranger] = await Promise.all([
      login(userId),
      login(userId),
      login(userId),
      login(newUser()),
    ]);
    expect((await mine.post('/revoke-others')).json).toEqual({ ended: 2 });
    expect(await Promise.all([one, two, mine].map(whoIs))).toEqual([null, null, userId]);
    expect(await whoIs(stranger)).not.toBeNull();
  });

  it('is not survived by a login whose password was being checked (20 rounds)', async () => {
    for (let round = 0; round < 20; round++) {
      const userId = newUser();
      const gate = `verify ${userId}`;
      const browser = new Browser(app.origin);
      const loggingIn = browser.post('/login', { userId, gate });
      await gates.reached(gate);
      await registry.revokeAll(userId);
      gates.open(gate);
      const answer = await loggingIn;
      expect([answer.status, answer.json.code, answer.setCookie]).toEqual([401, 'SESSION_ENDED', undefined]);
      const later = await login(userId);
      expect(await whoIs(later)).toBe(userId);
    }
  });

  it('during fifty parallel logins leaves exactly the sessions whose login began later', async () => {
    const userId = newUser();
    const gate = `many ${userId}`;
    const early = Array.from({ length: 50 }, () => new Browser(app.origin));
    const loggingIn = early.map((browser, place) =>
      browser.post('/login', { userId, gate: place % 2 === 0 ? gate : undefined }),
    );
    await gates.reached(gate, 25);
    const revoking = registry.revokeAll(userId);
    gates.open(gate);
    await Promise.all([revoking, ...loggingIn]);
    const late = await Promise.all(Array.from({ length: 5 }, () => login(userId)));
    expect(await Promise.all(late.map(whoIs))).toEqual(Array(5).fill(userId));
    expect(await Promise.all(early.filter((_, place) => place % 2 === 0).map(whoIs))).toEqual(
      Array(25).fill(null),
    );
  });

  it('a thousand logins and logouts leave nothing behind but, for a while, that they ended', async () => {
    await redis.client.flushdb();
    const userId = newUser();
    for (let round = 0; round < 100; round++) {
      const browsers = await Promise.all(Array.from({ length: 10 }, () => login(userId)));
      await Promise.all(browsers.map((browser) => browser.post('/logout')));
    }
    const left = await redis.client.keys('*');
    expect(left.filter((key) => !key.startsWith('sess-ended:'))).toEqual([]);
  }, 60_000);

  it('an expired session leaves its entry behind until the list is next used', async () => {
    const userId = newUser();
    const expired = await login(userId);
    const index = `sess-user:{${encodeURIComponent(userId)}}`;
    await redis.client.del(`sess:${expired.handle}`);
    await redis.client.zadd(index, 1, expired.handle);
    const other = await login(userId);
    expect(await redis.client.zrange(index, '0', '-1')).toEqual([other.handle]);
  });

  it('leaves no key without an expiry', async () => {
    for (const key of await redis.client.keys('*')) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  });

  it('still finds a session that was kept alive for longer than its first deadline', async () => {
    const userId = newUser();
    const browser = await login(userId);
    const index = `sess-user:{${encodeURIComponent(userId)}}`;
    const score = await redis.client.zscore(index, browser.handle);
    const pttl = await redis.client.pttl(`sess:${browser.handle}`);
    expect(Number(score)).toBeGreaterThan(Date.now() + pttl);
    expect(await redis.client.pttl(index)).toBeGreaterThanOrEqual(pttl);
  });
});
