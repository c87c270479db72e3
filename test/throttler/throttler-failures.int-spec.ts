import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError, SessionStoreUnavailableException } from 'nestjs-redis-session';
import { RedisThrottlerStorage, type RedisThrottlerStorageOptions } from 'nestjs-redis-session/throttler';
import { SessionEvents } from '../../libs/session/src/common/index.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { useRedis } from '../support/redis.js';
import { throttleKeys } from '../support/throttle.keys.js';
import { useThrottlerStorages } from '../support/throttler.storages.js';

const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const { clientOf, storageOf } = useThrottlerStorages(redis);

describe('without an answer', () => {
  it('a Redis that is not there is a 503 within maxWait', async () => {
    const client = clientOf({}, 'redis://127.0.0.1:1');
    const started = performance.now();
    const refused = storageOf({ redis: client, maxWait: 100 }).increment('k', 1_000, 1, 0, 'default');
    await expect(refused).rejects.toThrow(SessionStoreUnavailableException);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('a Redis that is frozen is a 503 within maxWait', async () => {
    const client = clientOf();
    // Without that limit: to connect, with TLS above all, may take longer.
    await storageOf({ redis: client }).increment('k', 60_000, 5, 0, 'default');
    const storage = storageOf({ redis: client, maxWait: 100 });
    await redis.server.pause();
    const started = performance.now();
    const outcome = storage.increment('k', 60_000, 5, 0, 'default').finally(() => redis.server.resume());
    await expect(outcome).rejects.toMatchObject({ status: 503, code: 'SESSION_STORE_UNAVAILABLE' });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('a Redis that forgot the script is given it again', async () => {
    const storage = storageOf();
    await storage.increment('k', 60_000, 5, 0, 'default');
    await redis.client.script('FLUSH');
    expect((await storage.increment('k', 60_000, 5, 0, 'default')).totalHits).toBe(2);
  });

  it('when the application ends, its own client stays open', async () => {
    const client = clientOf();
    const storage = storageOf({ redis: client });
    await storage.increment('k', 1_000, 1, 0, 'default');
    await storage.onApplicationShutdown();
    expect(await client.ping()).toBe('PONG');
  });
});

describe('wrong arguments', () => {
  it.each([
    ['ttl', Number.NaN, 1, 0],
    ['ttl', Number.POSITIVE_INFINITY, 1, 0],
    ['ttl', -1, 1, 0],
    ['ttl', 1e300, 1, 0],
    ['ttl', '60000' as unknown as number, 1, 0],
    ['limit', 1_000, Number.NaN, 0],
    ['limit', 1_000, Number.POSITIVE_INFINITY, 0],
    ['blockDuration', 1_000, 1, Number.POSITIVE_INFINITY],
  ])(
    'a wrong %s (ttl %p, limit %p, blockDuration %p) is refused by name, and nothing is stored',
    async (name, ttl, limit, block) => {
      await expect(storageOf().increment('k', ttl, limit, block, 'login')).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`${name} of the throttler "login" must be a finite number`),
      });
      expect(await throttleKeys(redis.client)).toEqual([]);
    },
  );

  it('options that cannot be meant are refused when it is made', () => {
    const make = (options: object) => () =>
      new RedisThrottlerStorage(options as RedisThrottlerStorageOptions);
    const connection = new RedisConnection(
      resolveRedisOptions({ client: redis.itsClient }),
      new SessionEvents(),
    );
    expect(make({})).toThrow(InvalidOptionError);
    expect(make({ redis: null })).toThrow('throttler.redis must be');
    expect(make({ redis: 'redis://127.0.0.1' })).toThrow('throttler.redis must be');
    expect(make({ redis: connection, maxWait: 5 })).toThrow('throttler.maxWait is for a client of your own');
    expect(make({ redis: connection, prefix: '' })).toThrow('throttler.prefix must be text');
    expect(make({ redis: connection, ttl: 5 })).toThrow('throttler.ttl does not exist');
    expect(make(redis.itsClient)).toThrow(InvalidOptionError);
  });
});
