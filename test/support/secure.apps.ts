import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  type SessionEvent,
  SessionEvents,
  type SessionModuleOptions,
  type SessionRedisOptions,
} from 'nestjs-redis-session';
import { SessionAnalyticsModule } from 'nestjs-redis-session/analytics';
import { AttemptsController, Passwords } from './attempts.controller.js';
import { DataController } from './data.controller.js';
import { type SecureRedis, startSecureRedis } from './secure.redis.js';
import { type AdapterName, startApp, type TestApp } from './test-app.js';
import { untilWithin } from './until.js';

const AUTHORITY = fileURLToPath(new URL('../../tools/test-authority.js', import.meta.url));
/** Of the user that the application logs in as. */
export const SECURE_PASSWORD = 'hunter2 of the application';

/** A Redis that speaks TLS only, by a certificate of an authority of its own, and applications on it. Emptied after each test. */
export function useSecureRedis() {
  let certificates: string;
  let redis: SecureRedis;
  let admin: Redis;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    certificates = await mkdtemp(join(tmpdir(), 'secure-redis-'));
    await promisify(execFile)(process.execPath, [AUTHORITY, certificates]);
    redis = await startSecureRedis({
      certificates,
      // Somebody else's server has a way and users of its own.
      env: { ...process.env, REDIS_URL: undefined },
      password: SECURE_PASSWORD,
      onProgress: () => undefined,
    });
    admin = new Redis(redis.adminUrl, { tls: { ca: redis.ca } });
  }, 120_000);
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await admin.flushall();
    await admin.acl('LOG', 'RESET');
  });
  afterAll(async () => {
    admin?.disconnect();
    await redis?.server.stop();
    await rm(certificates, { recursive: true, force: true });
  });

  const trusting = (more: SessionRedisOptions = {}): SessionRedisOptions => ({
    url: redis.url,
    tls: { ca: redis.ca },
    ...more,
  });
  return {
    get url() {
      return redis.url;
    },
    get ca() {
      return redis.ca;
    },
    /** May do everything. */
    get admin() {
      return admin;
    },
    /** For commands. */
    get environment() {
      return { REDIS_URL: redis.url, NODE_EXTRA_CA_CERTS: join(certificates, 'ca.pem') };
    },
    trusting,
    /** Everything that this module has, in one application, and its events. */
    async start(
      adapter: AdapterName = 'express',
      session: Partial<SessionModuleOptions> = {},
    ): Promise<TestApp & { events: SessionEvent[] }> {
      const app = await startApp(redis.url, {
        adapter,
        trustProxy: true,
        session: { redis: trusting(), nearCache: {}, loginAttempts: { minimumTime: 0 }, ...session },
        module: {
          imports: [SessionAnalyticsModule.forRoot({ funnels: { buy: ['cart'] }, flushEvery: 60_000 })],
          controllers: [AttemptsController, DataController],
          providers: [Passwords],
        },
      });
      apps.push(app);
      const events: SessionEvent[] = [];
      app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
      return { ...app, events };
    },
    until: untilWithin(15_000),
  };
}
