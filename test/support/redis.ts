import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis, type StartRedisOptions } from 'redis-anywhere';

/** A Redis of a test file's own, and a client to look into it. */
export interface TestRedis {
  readonly server: RedisServer;
  readonly url: string;
  readonly client: Redis;
}

/** Starts a real Redis before the tests of a file and stops it after them. */
export function useRedis(options: StartRedisOptions = {}): TestRedis {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis({ onProgress: () => undefined, ...options });
    client = new Redis(server.url, { lazyConnect: true });
    client.on('error', () => undefined);
    await client.connect();
    // On a server that all files share, the failed logins of one would block those of the next.
    const counted = await client.keys('sess-login:*');
    if (counted.length > 0) await client.del(...counted);
  }, 120_000);
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  return {
    get server() {
      return server;
    },
    get url() {
      return server.url;
    },
    get client() {
      return client;
    },
  };
}
