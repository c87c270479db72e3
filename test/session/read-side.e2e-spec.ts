import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Post, Req, UseGuards } from '@nestjs/common';
import {
  type AnyRequest,
  AuthenticatedGuard,
  CurrentSession,
  LoginService,
  minutes,
  seconds,
  SessionService,
} from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import { AnswersController } from '../support/answers.controller.js';
import { type Answer, Browser } from '../support/browser.js';
import { documentedReaderAccess } from '../support/documented.access.js';
import { useRedis } from '../support/redis.js';
import { refusedTo } from '../support/secure.redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

/** What the doctor asks for, which goes on without. */
const DOCTOR = /config|acl/;

@Controller()
class TellingController {
  constructor(
    private readonly sessions: SessionService,
    private readonly logins: LoginService,
  ) {}

  @Post('update')
  async update(@CurrentSession() session: CurrentSession) {
    return { count: await this.sessions.update(session, (data) => (data.count = (data.count ?? 0) + 1)) };
  }

  @Post('save')
  save(@CurrentSession() session: CurrentSession) {
    session.count = 50;
    return new Promise((resolve, reject) =>
      session.save((error) => (error ? reject(error) : resolve({ count: session.count }))),
    );
  }

  @Post('login')
  async login(@Req() request: AnyRequest) {
    await this.logins.login(request, { account: 'alice', verify: () => ({ userId: 'u-1' }) });
    return {};
  }

  @Delete('login')
  async logout(@Req() request: AnyRequest) {
    await this.logins.logout(request);
    return {};
  }

  @UseGuards(AuthenticatedGuard)
  @Get('secret')
  secret() {
    return { welcome: true };
  }
}

describe.each(ADAPTERS)('a service that only reads sessions, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let clock: FakeClock;
  let main: TestApp;
  let reader: TestApp;
  /** What a browser sends the main application, and the same browser at the service. */
  let browser: Browser;
  let visitor: Browser;
  const start = (access: 'read' | 'write', url = redis.url): Promise<TestApp> =>
    startApp(url, {
      adapter,
      clock,
      session: { session: { access } },
      module: { controllers: [TellingController, AnswersController] },
    });
  const browserLogsOut = () => browser.fetch('/login', { method: 'DELETE' });
  const stored = () => redis.client.get(`sess:${browser.handle}`);
  /** Sends the browser's cookie to the service; it must never get another one. */
  async function ask(path: string, init?: RequestInit): Promise<Answer> {
    visitor.cookie = browser.cookie;
    const answer = await visitor.fetch(path, init);
    expect(answer.headers.getSetCookie()).toEqual([]);
    return answer;
  }
  const post = (path: string) => ask(path, { method: 'POST' });
  beforeEach(async () => {
    clock = new FakeClock();
    [main, reader] = await Promise.all([start('write'), start('read')]);
    browser = new Browser(main.origin);
    visitor = new Browser(reader.origin);
    await browser.post('/login');
    await browser.get('/json');
  });
  afterEach(async () => {
    await Promise.all([main.close(), reader.close()]);
    await redis.client.flushall();
  });

  it('reads what others wrote, and who is logged in, and leaves text and expiry as they are', async () => {
    clock.advance(minutes(10));
    await redis.client.pexpire(`sess:${browser.handle}`, 400_000);
    const before = await stored();
    expect((await ask('/read')).json).toEqual({ count: 1 });
    expect((await ask('/secret')).json).toEqual({ welcome: true });
    expect(await stored()).toBe(before);
    expect(await redis.client.pttl(`sess:${browser.handle}`)).toBeLessThanOrEqual(400_000);
  });

  it('needs a user of Redis who may read and nothing else', async () => {
    await redis.client.call('ACL', 'SETUSER', 'reader', ...documentedReaderAccess());
    await redis.client.acl('LOG', 'RESET');
    const missed = async () => (await refusedTo(redis.client, 'reader')).filter((what) => !DOCTOR.test(what));
    const restricted = await start('read', redis.urlAs('reader', 'password'));
    try {
      visitor = new Browser(restricted.origin);
      expect((await ask('/secret')).json).toEqual({ welcome: true });
      clock.advance(minutes(20));
      expect((await ask('/read')).json).toEqual({ count: 1 });
      expect(await missed()).toEqual([]);
      expect((await post('/update')).status).toBe(503);
      await redis.client.acl('LOG', 'RESET');
      await browser.fetch('/login', { method: 'DELETE' });
      expect((await ask('/secret')).json).toMatchObject({ statusCode: 401 });
      expect(await missed()).toEqual([]);
    } finally {
      await restricted.close();
    }
  });

  it.each([
    ['no cookie', () => undefined],
    ['a cookie that opens nothing', () => redis.client.flushall()],
    ['the cookie of a session that was logged out', () => browserLogsOut()],
  ])('gives who comes with %s no session and no cookie', async (what, prepare) => {
    const { cookie } = browser;
    await prepare();
    browser.cookie = what === 'no cookie' ? undefined : cookie;
    const keys = await redis.client.keys('sess:*');
    expect((await ask('/read')).json).toEqual({ count: 0 });
    expect((await ask('/secret')).status).toBe(401);
    expect(await redis.client.keys('sess:*')).toEqual(keys);
  });
  it.each(['/json', '/throw', '/res', '/stream', '/observable'])(
    'answers 500 and writes nothing where a handler changes the session in passing (%s)',
    async (path) => {
      const before = await stored();
      const { status, text } = await ask(path);
      expect(status).toBe(500);
      expect(text).not.toContain('count');
      expect(await stored()).toBe(before);
    },
  );

  it('creates none: not by a change, nor by save(), update(), regenerate() or a login', async () => {
    browser.cookie = undefined;
    const keys = (await redis.client.keys('*')).toSorted();
    for (const path of ['/note?key=a&value=b', '/save', '/update', '/regenerate', '/login'])
      expect([path, (await post(path)).status]).toEqual([path, 500]);
    expect((await redis.client.keys('*')).toSorted()).toEqual(keys);
  });

  it.each(['/regenerate', '/login'])(
    'ends and lists nothing where %s would begin another one',
    async (path) => {
      const before = await stored();
      expect((await post(path)).status).toBe(500);
      expect(await stored()).toBe(before);
      expect(await redis.client.zcard('sess-user:{u-1}')).toBe(1);
    },
  );

  it('ends one when it is told to, and leaves the cookie to the main application', async () => {
    expect((await ask('/login', { method: 'DELETE' })).status).toBe(200);
    expect(await stored()).toBeNull();
    expect((await browser.get('/secret')).json).toMatchObject({ code: 'SESSION_ENDED' });
  });

  it('writes nothing where save() finds nothing to save', async () => {
    await post('/save');
    const before = await stored();
    clock.advance(minutes(10));
    expect((await post('/save')).status).toBe(201);
    expect(await stored()).toBe(before);
  });

  it('changes one that is there when it is told to, and that is no activity', async () => {
    clock.advance(minutes(10));
    expect((await post('/update')).json).toEqual({ count: 2 });
    expect((await post('/save')).json).toEqual({ count: 50 });
    expect(await redis.client.pttl(`sess:${browser.handle}`)).toBeLessThanOrEqual(minutes(20));
    expect((await browser.get('/read')).json).toEqual({ count: 50 });
  });

  it('loses no change beside the main application', async () => {
    await Promise.all(Array.from({ length: 10 }, () => [browser.post('/update'), post('/update')]).flat());
    expect((await browser.get('/read')).json).toEqual({ count: 21 });
  });

  it('does not bring back a session that was logged out while it worked', async () => {
    const { cookie } = browser;
    await browserLogsOut();
    browser.cookie = cookie;
    expect((await post('/update')).status).toBe(500);
    expect(await stored()).toBeNull();
  });

  describe('when the secret is renewed', () => {
    let old: string | undefined;
    let next: string | undefined;
    beforeEach(async () => {
      clock.advance(minutes(16));
      old = browser.cookie;
      await browser.get('/read');
      next = browser.cookie;
      expect(next).not.toBe(old);
    });

    it('takes the successor, and leaves it to the main application to promote it', async () => {
      const before = await stored();
      expect((await ask('/secret')).status).toBe(200);
      expect((await post('/update')).json).toEqual({ count: 2 });
      const secrets = async () => JSON.parse((await stored())!).$session.secrets;
      expect(await secrets()).toEqual(JSON.parse(before!).$session.secrets);
      browser.cookie = old;
      expect((await ask('/secret')).status).toBe(200);
      browser.cookie = next;
      await browser.get('/read');
      expect(await secrets()).not.toEqual(JSON.parse(before!).$session.secrets);
    });

    it('sends no successor, not even with a change', async () => {
      browser.cookie = old;
      expect((await post('/update')).json).toEqual({ count: 2 });
    });

    it('takes the one before for its grace, and then refuses it without ending the session', async () => {
      await browser.get('/read');
      browser.cookie = old;
      expect((await ask('/secret')).status).toBe(200);
      clock.advance(seconds(31));
      const before = await stored();
      expect((await ask('/secret')).status).toBe(401);
      expect((await ask('/read')).json).toEqual({ count: 0 });
      expect(await stored()).toBe(before);
      browser.cookie = next;
      expect((await ask('/secret')).status).toBe(200);
      // The alarm is raised where sessions are written.
      browser.cookie = old;
      expect((await browser.get('/secret')).json).toMatchObject({ code: 'SESSION_STOLEN' });
    });
  });
});
