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
