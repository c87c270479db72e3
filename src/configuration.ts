import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import { redisFrom, type Topology, topologyFrom } from './startup/redis.environment.js';
import { StartupError } from './startup/startup.error.js';

/** What the environment and the command line say. This file is the only one that reads them; the README lists the variables. */
export interface Configuration {
  /** `PORT`, default 3000. 0 takes a free one. */
  readonly port: number;
  /**
   * `PROFILE_PORT`: where the profile service listens. Default 3001, or a free one if that is taken; 0 takes a free one. `undefined`:
   * it is "off".
   */
  readonly profileService: { readonly port: number; readonly isPortChosen: boolean } | undefined;
  /**
   * `REDIS_URL`, or `REDIS_SENTINELS` or `REDIS_CLUSTER` with what belongs to them; without one of these the application starts a Redis of
   * its own.
   */
  readonly redis: SessionRedisOptions | undefined;
  /** The argument `sentinel` or `cluster`: a Redis of its own is to be that. */
  readonly topology: Topology | undefined;
  /** `DATABASE_URL`; without it the application has an embedded database. */
  readonly databaseUrl: string | undefined;
  /** `SESSION_SECRET`; without it one is made, except in production. */
  readonly sessionSecret: string | undefined;
  /** `SHUTDOWN_DELAY`, in milliseconds: how long to go on serving after SIGTERM, while GET /health/ready says 503 already. Default 0. */
  readonly shutdownDelay: number;
  /** Whether `NODE_ENV` is "production". */
  readonly isProduction: boolean;
  /** Where a made secret and the data of the application's own Redis and database are kept: below `XDG_CACHE_HOME` or `~/.cache`. */
  readonly cacheFolder: string;
}

/** Reads both. @throws StartupError naming the variable or argument, what it holds, and what it may hold */
export function readConfiguration(
  environment: NodeJS.ProcessEnv = process.env,
  [argument]: readonly string[] = process.argv.slice(2),
): Configuration {
  const { PORT, PROFILE_PORT, DATABASE_URL, SESSION_SECRET } = environment;
  const { SHUTDOWN_DELAY, NODE_ENV, XDG_CACHE_HOME } = environment;
  // The specification says that a relative path there is to be ignored.
  const caches = XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homedir(), '.cache');
  return {
    port: portFrom('PORT', PORT || '3000'),
    profileService:
      PROFILE_PORT === 'off'
        ? undefined
        : { port: portFrom('PROFILE_PORT', PROFILE_PORT || '3001'), isPortChosen: Boolean(PROFILE_PORT) },
    redis: redisFrom(environment),
    topology: topologyFrom(argument, environment),
    databaseUrl: DATABASE_URL || undefined,
    sessionSecret: SESSION_SECRET || undefined,
    shutdownDelay: secondsFrom('SHUTDOWN_DELAY', SHUTDOWN_DELAY || '0') * 1_000,
    isProduction: NODE_ENV === 'production',
    cacheFolder: join(caches, 'nestjs-redis-session'),
  };
}

function portFrom(variable: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new StartupError(
    `${variable} is ${JSON.stringify(text.slice(0, 40))}, but it has to be a whole number from 0 to 65535, for example ${variable}=3000.`,
  );
}

function secondsFrom(variable: string, text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new StartupError(
    `${variable} is ${JSON.stringify(text.slice(0, 40))}, but it has to be a whole number of seconds from 0 to 999, for example ${variable}=10.`,
  );
}
