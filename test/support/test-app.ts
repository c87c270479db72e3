import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock, SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';

export const SECRET = 'a-secret-of-the-tests-0123456789-abcdef';

/** The adapters that every behaviour is tested on: `describe.each(ADAPTERS)`. */
export const ADAPTERS = ['express', 'fastify'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

/** `npm run chaos:near`: applications have a near cache, which no Cluster can have. */
export const IS_NEAR = process.env.NEAR_CACHE !== undefined;
const isOnCluster = ({ redis }: Partial<SessionModuleOptions> = {}): boolean =>
  typeof redis === 'object' && 'cluster' in redis;

export interface TestApp {
  app: INestApplication;
  origin: string;
  close(): Promise<void>;
}

export interface TestAppOptions {
  adapter?: AdapterName;
  session?: Partial<SessionModuleOptions>;
  module?: ModuleMetadata;
  /** The time of the application, which the test moves. */
  clock?: Clock;
  /** Whether the adapter believes `X-Forwarded-...`, as behind a proxy. */
  trustProxy?: boolean;
  /** As in main.ts: what the application does between `create` and `listen`. */
  main?: (app: INestApplication) => void;
  /** Whether `close` lets connections end that are in use, as in production; otherwise it cuts them, as tests want it. */
  isGraceful?: boolean;
}

/** A Nest application with SessionModule, listening on a free port of the loopback. */
export async function startApp(
  redisUrl: string,
  {
    adapter = 'express',
    session,
    module,
    main,
    clock,
    trustProxy = false,
    isGraceful = false,
  }: TestAppOptions,
): Promise<TestApp> {
  const root = {
    module: class TestModule {},
    ...module,
    imports: [
      // Tests log in many times at one time as one user; those of the limiter switch it on.
      SessionModule.forRoot({
        secret: SECRET,
        redis: redisUrl,
        loginAttempts: false,
        ...(IS_NEAR && !isOnCluster(session) && { nearCache: {} }),
        ...session,
      }),
      ...(module?.imports ?? []),
    ],
  };
  const http = adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter({ trustProxy });
  if (http instanceof ExpressAdapter) http.set('trust proxy', trustProxy);
  const options = { logger: false, abortOnError: false, forceCloseConnections: !isGraceful } as const;
  const app =
    clock === undefined
      ? await NestFactory.create(root, http, options)
      : (
          await Test.createTestingModule({ imports: [root] })
            .overrideProvider(Clock)
            .useValue(clock)
            .compile()
        ).createNestApplication(http, options);
  main?.(app);
  await app.listen(0, '127.0.0.1');
  return { app, origin: await app.getUrl(), close: () => app.close() };
}
