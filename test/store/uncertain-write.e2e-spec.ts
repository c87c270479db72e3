import { describe, expect, it } from '@jest/globals';
import { RedisSessionStore, StoreUnavailableError } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { DataController } from '../support/data.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

describe.each(ADAPTERS)('a write of which the outcome is unknown, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });

  it('is not followed by another of the same request, which could count twice', async () => {
    const app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: 500 } },
      module: { controllers: [DataController] },
    });
    const browser = new Browser(app.origin);
    await browser.post('/count');
    const store = app.app.get(RedisSessionStore);
    const { keeper } = store;
    const session = store.give({}, (await keeper.open(browser.sid))!) as unknown as {
      visits: number;
      cookie: never;
    };

    await redis.client.call('CLIENT', 'PAUSE', '60000', 'WRITE');
    session.visits++;
    await expect(keeper.save(session)).rejects.toBeInstanceOf(StoreUnavailableError);
    await redis.client.call('CLIENT', 'UNPAUSE');
    // It ran after all.
    const stored = async () => String(await redis.client.get(`sess:${browser.handle}`));
    await untilWithin(10_000)(async () => (await stored()).includes('"visits":2'));
    session.visits++;
    await expect(keeper.save(session)).rejects.toThrow(/unknown outcome.*Reload it first/);
    expect(await stored()).toContain('"visits":2');

    const reloaded = store.give({}, (await keeper.open(browser.sid))!) as unknown as typeof session;
    reloaded.visits++;
    expect(await keeper.save(reloaded)).toBe('saved');
    expect(await stored()).toContain('"visits":3');
    await app.close();
  });
});
