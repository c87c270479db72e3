import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Query } from '@nestjs/common';
import { CurrentSession, SessionService } from 'nestjs-redis-session';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

@Controller()
class CounterController {
  constructor(private readonly sessions: SessionService) {}

  @Post('add')
  async add(@CurrentSession() session: CurrentSession) {
    return { count: await this.sessions.update(session, (data) => (data.count = (data.count ?? 0) + 1)) };
  }

  @Post('add-twice')
  async addTwice(@CurrentSession() session: CurrentSession) {
    const add = (): Promise<number> =>
      this.sessions.update(session, (data) => (data.count = (data.count ?? 0) + 1));
    return { count: await add().catch(() => add()) };
  }

  @Post('refuse')
  async refuse(@CurrentSession() session: CurrentSession, @Query('note') note: string) {
    session.notes = { note };
    const refusal = await this.sessions
      .update(session, (data) => {
        data.count = 1_000;
        throw new Error('sold out');
      })
      .catch((error: unknown) => (error instanceof Error ? error.message : ''));
    return { refusal, count: session.count ?? 0, notes: session.notes };
  }

  @Get('notes')
  notes(@CurrentSession() session: CurrentSession) {
    return { count: session.count ?? 0, notes: session.notes ?? null };
  }
}

describe.each(ADAPTERS)('SessionService.update, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: 5_000 } },
      module: { controllers: [CounterController, AnswersController] },
    });
  });
  afterAll(() => app.close());

  it.each([2, 10, 50])(
    'loses no increment at %d parallel requests',
    async (parallel) => {
      const browser = new Browser(app.origin);
      await browser.get('/json');
      const { cookie } = browser;
      let left = 200;
      const statuses = new Set<number>();
      const work = async (): Promise<void> => {
        const tab = new Browser(app.origin);
        tab.cookie = cookie;
        while (left-- > 0) statuses.add((await tab.post('/add')).status);
      };
      await Promise.all(Array.from({ length: parallel }, work));
      expect([...statuses]).toEqual([201]);
      expect((await browser.get('/read')).json).toEqual({ count: 201 });
    },
    60_000,
  );

  it('puts the session back when the change is refused, and keeps what the handler set before', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { json } = await browser.post('/refuse?note=kept');
    expect(json).toEqual({ refusal: 'sold out', count: 1, notes: { note: 'kept' } });
    expect((await browser.get('/notes')).json).toEqual({ count: 1, notes: { note: 'kept' } });
  });

  it('that timed out and is repeated by the handler adds once or answers 503, never twice', async () => {
    const impatient = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: 250 } },
      module: { controllers: [CounterController, AnswersController] },
    });
    const browser = new Browser(impatient.origin);
    await browser.get('/json');
    // Loads are answered, writes wait: the first update is sent, times out, and is carried out when the pause ends, which
    // a second one, sent meanwhile, would live to see.
    await redis.client.call('CLIENT', 'PAUSE', '400', 'WRITE');
    const answer = await browser.post('/add-twice');
    expect([answer.status, answer.json.code]).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
    expect([1, 2]).toContain((await browser.get('/read')).json.count);
    await impatient.close();
  });
});
