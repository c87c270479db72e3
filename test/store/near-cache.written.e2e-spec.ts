import { describe, expect, it } from '@jest/globals';
import { type CurrentSession, RedisSessionStore } from 'nestjs-redis-session';
import type { RecordBackend } from '../../libs/session/src/store/record.backend.js';
import type { OpenedSession } from '../../libs/session/src/store/record.reader.js';
import type { SessionKeeper } from '../../libs/session/src/store/session.keeper.js';
import { decodeRecord } from '../../libs/session/src/store/session.record.js';
import { Browser } from '../support/browser.js';
import { GuardedController } from '../support/near-cache.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

type Changing = CurrentSession & Record<string, unknown>;

/** What is private. */
interface StoreParts {
  keeper: SessionKeeper;
  backend: RecordBackend;
  give(request: object, opened: OpenedSession): Changing;
}

describe.each(ADAPTERS)('the near cache, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });

  it('knows of what it has written just what it would read', async () => {
    const app = await startApp(redis.url, {
      adapter,
      session: { nearCache: {} },
      module: { controllers: [GuardedController] },
    });
    const store = app.app.get<unknown, StoreParts>(RedisSessionStore);
    const changes: ((session: Changing) => void)[] = [
      (session) => (session.list = [1, { a: null }]),
      (session) => (session.cookie.maxAge = 5_000),
      (session) => (session.cookie.originalMaxAge = null),
      (session) => (session.cookie.sameSite = 'strict'),
      (session) => (session.cookie.domain = 'example.com'),
      (session) => (session.text = '\u0001 \ud800 é'),
    ];
    await untilWithin(10_000)(() => app.app.get(RedisSessionStore).nearCache!.isTrusted);
    const browser = new Browser(app.origin);
    await browser.post('/near/login');
    for (const change of changes) {
      const { handle } = browser;
      const opened = await store.keeper.open(browser.sid);
      const session = store.give({}, opened!);
      change(session);
      await store.keeper.save(session);
      const { stored, value } = store.backend.near(`sess:${handle}`)!;
      const text = (await redis.client.get(`sess:${handle}`))!;
      const { data, ...frame } = decodeRecord(text);
      expect(stored.is(text)).toBe(true);
      expect(stored.is(`${text} `)).toBe(false);
      expect(value!.record).toEqual(frame);
      expect(value!.snapshot.json).toBe(JSON.stringify(data));
    }
    await app.close();
  });
});
