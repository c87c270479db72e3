import { afterEach, beforeEach } from '@jest/globals';
import { Redis, type RedisOptions } from 'ioredis';
import { RedisThrottlerStorage, type RedisThrottlerStorageOptions } from 'nestjs-redis-session/throttler';
import type { TestRedis } from './redis.js';

/** Storages for the tests of a file, each of which finds an empty Redis; all are closed after each test. */
export function useThrottlerStorages(redis: TestRedis) {
  const clients: Redis[] = [];
  const storages: RedisThrottlerStorage[] = [];
  beforeEach(() => redis.client.flushall());
  afterEach(async () => {
    await Promise.all(storages.splice(0).map((storage) => storage.onApplicationShutdown()));
    for (const client of clients.splice(0)) client.disconnect();
  });

  /** A client as an application has it. */
  function clientOf(options: RedisOptions = {}, url = redis.url): Redis {
    const client = new Redis(url, { lazyConnect: true, disconnectTimeout: 50, ...options });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  /** A storage over a client of its own, as a process of its own would have it. */
  function storageOf(options: Partial<RedisThrottlerStorageOptions> = {}): RedisThrottlerStorage {
    const storage = new RedisThrottlerStorage({ redis: options.redis ?? clientOf(), ...options });
    storages.push(storage);
    return storage;
  }
  return { clientOf, storageOf };
}
