import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis, type StartRedisOptions } from 'redis-anywhere';
import type { OtherKeys } from './documented.access.js';
import { refusedTo, startSecureRedis } from './secure.redis.js';

/** A Redis of a test file's own, and a client to look into it. */
export interface TestRedis {
  readonly server: RedisServer;
  /** For what is tested. */
  readonly url: string;
  /** The same by way of a relay of the test at another port. */
  urlVia(port: number): string;
  /** The same as somebody else. */
  urlAs(user: string, password: string): string;
  /** For what is tested, where it takes a client. */
  readonly itsClient: Redis;
  /** For the tests themselves: may do everything. */
  readonly client: Redis;
}

export interface TestRedisOptions extends StartRedisOptions {
  /** Beginnings of keys other than those of docs/security.md: `{ 'sess:': ['app:'] }`; for `npm run test:secure`. */
  keys?: OtherKeys;
  /** Without TLS and password in `npm run test:secure` too: for tests that are about such a server. */
  isOpen?: true;
}

/** `npm run test:secure` sets it: TLS only, and a user who may do what docs/security.md says. */
const certificates =
  process.env['REDIS_TEST_ACCESS'] === 'tls-acl' ? process.env['REDIS_TEST_CERTIFICATES'] : undefined;

/** Starts a real Redis before the tests of a file and stops it after them. */
export function useRedis({ keys, isOpen, ...options }: TestRedisOptions = {}): TestRedis {
  const isSecure = certificates !== undefined && isOpen === undefined;
  let server: RedisServer;
  let url: string;
  let client: Redis;
  let itsClient: Redis | undefined;
  beforeAll(async () => {
    const settings = { onProgress: () => undefined, ...options };
    let adminUrl: string;
    if (!isSecure) {
      server = await startRedis(settings);
      url = adminUrl = server.url;
    } else {
      ({ server, url, adminUrl } = await startSecureRedis({ ...settings, certificates, keys }));
    }
    client = await connect(adminUrl);
    // On a server that all files share, the failed logins of one would block those of the next.
    const counted = await client.keys('sess-login:*');
    if (counted.length > 0) await client.del(...counted);
  }, 120_000);
  afterAll(async () => {
    // Much of what is refused is not missed at once: the near cache, for one, goes on without.
    const refused = isSecure && client.status === 'ready' ? await refusedTo(client) : [];
    client.disconnect();
    itsClient?.disconnect();
    await server.stop();
    if (refused.length > 0) throw new Error(`docs/security.md does not allow: ${refused.join(', ')}.`);
  });
  return {
    get server() {
      return server;
    },
    get url() {
      return url;
    },
    urlAs(user, password) {
      const other = new URL(url);
      Object.assign(other, { username: user, password });
      return other.href;
    },
    urlVia(port) {
      const other = new URL(url);
      other.port = String(port);
      return other.href;
    },
    get client() {
      return client;
    },
    get itsClient() {
      if (itsClient === undefined) {
        itsClient = new Redis(url);
        itsClient.on('error', () => undefined);
      }
      return itsClient;
    },
  };
}

async function connect(url: string): Promise<Redis> {
  const client = new Redis(url, { lazyConnect: true });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
