import { Logger } from '@nestjs/common';
import { type AuthOptions, type ResolvedAuthOptions, resolveAuthOptions } from './auth/index.js';
import {
  checkNames,
  type EventOptions,
  type ResolvedEventOptions,
  resolveEventOptions,
} from './common/index.js';
import { type DoctorOptions, type ResolvedDoctorOptions, resolveDoctorOptions } from './doctor/index.js';
import {
  type ResolvedCookieOptions,
  resolveCookieOptions,
  resolveSecrets,
  type SessionCookieOptions,
} from './http/index.js';
import {
  type LoginAttemptsOptions,
  type ResolvedLoginAttemptsOptions,
  resolveLoginAttemptsOptions,
} from './login-attempts/index.js';
import { type ResolvedRedisOptions, resolveRedisOptions, type SessionRedisOptions } from './redis/index.js';
import {
  type RememberMeOptions,
  type ResolvedRememberMeOptions,
  resolveRememberMeOptions,
} from './remember-me/index.js';
import {
  type ResolvedSessionOptions,
  resolveSessionOptions,
  type SessionLifeOptions,
} from './session/index.js';
import { type NearCacheLimits, type NearCacheOptions, resolveNearCacheOptions } from './store/index.js';

/**
 * Everything that `SessionModule` can be told, one group a room. Durations are milliseconds.
 *
 * @example
 * SessionModule.forRoot({
 *   secret: process.env.SESSION_SECRET,
 *   redis: process.env.REDIS_URL,
 *   session: { idleTimeout: minutes(30) },
 * })
 */
export interface SessionModuleOptions {
  /**
   * Signs the cookie: at least 32 random bytes. Several: the first signs, all verify; put a new one in front to replace the old.
   * No default.
   */
  secret: string | readonly string[] | undefined;
  /** Where Redis is: a URL or more. No default. */
  redis: SessionRedisOptions | string | undefined;
  cookie?: SessionCookieOptions;
  session?: SessionLifeOptions;
  auth?: AuthOptions;
  rememberMe?: RememberMeOptions;
  /**
   * How many passwords may be tried; see docs/login-attempts.md. `false`: any number.
   *
   * @default limited by account, address and both
   */
  loginAttempts?: LoginAttemptsOptions | false;
  /**
   * Keeps sessions that were read lately in the process as well.
   *
   * @default none: every request with a session asks Redis once
   */
  nearCache?: NearCacheOptions;
  events?: EventOptions;
  /**
   * What it finds at the start, about these options, the HTTP adapter and Redis, is logged; see docs/doctor.md. `false`: it does
   * not run then.
   *
   * @default it runs, and never ends the start
   */
  doctor?: DoctorOptions | false;
}

/** {@link SessionModuleOptions} checked and with every default filled in. */
export interface ResolvedModuleOptions {
  readonly secrets: readonly [string, ...string[]];
  readonly redis: ResolvedRedisOptions;
  readonly cookie: ResolvedCookieOptions;
  readonly session: ResolvedSessionOptions;
  readonly auth: ResolvedAuthOptions;
  readonly rememberMe: ResolvedRememberMeOptions;
  readonly loginAttempts: ResolvedLoginAttemptsOptions;
  readonly nearCache: NearCacheLimits | undefined;
  readonly events: ResolvedEventOptions;
  readonly doctor: ResolvedDoctorOptions;
}

/** Checks all options at once, before anything is connected. @throws InvalidOptionError naming option, value and remedy */
export function resolveModuleOptions(
  options: SessionModuleOptions,
  environment = process.env.NODE_ENV,
): ResolvedModuleOptions {
  checkNames('', options, [
    'secret',
    'redis',
    'cookie',
    'session',
    'auth',
    'rememberMe',
    'loginAttempts',
    'nearCache',
    'events',
    'doctor',
  ]);
  const secrets = resolveSecrets(options.secret);
  return {
    secrets,
    redis: resolveRedisOptions(options.redis),
    cookie: resolveCookieOptions(options.cookie, environment === 'production'),
    session: resolveSessionOptions(options.session),
    auth: resolveAuthOptions(options.auth),
    rememberMe: resolveRememberMeOptions(options.rememberMe),
    loginAttempts: resolveLoginAttemptsOptions(options.loginAttempts, secrets),
    nearCache: resolveNearCacheOptions(options.nearCache),
    events: resolveEventOptions(options.events),
    doctor: resolveDoctorOptions(options.doctor),
  };
}

/** Says in the log what of the options somebody may not expect. */
export function announce(options: ResolvedModuleOptions): ResolvedModuleOptions {
  // Who only reads sessions sends no cookie.
  if (!options.cookie.attributes.secure && options.session.access === 'write') {
    new Logger('SessionModule').warn(
      `The cookie "${options.cookie.name}" is sent without TLS too, for http://localhost. With NODE_ENV=production or cookie.secure: true it is not.`,
    );
  }
  return options;
}
