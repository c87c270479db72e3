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
  readonly events: ResolvedEventOptions;
  readonly doctor: ResolvedDoctorOptions;
}

/** Checks all options at once, before anything is connected. @throws InvalidOptionError naming option, value and remedy */
export function resolveModuleOptions(
  options: SessionModuleOptions,
  environment = process.env.NODE_ENV,
): ResolvedModuleOptions {
  checkNames('', options, ['secret', 'redis', 'cookie', 'session', 'auth', 'rememberMe', 'events', 'doctor']);
  return {
    secrets: resolveSecrets(options.secret),
    redis: resolveRedisOptions(options.redis),
    cookie: resolveCookieOptions(options.cookie, environment === 'production'),
    session: resolveSessionOptions(options.session),
    auth: resolveAuthOptions(options.auth),
    rememberMe: resolveRememberMeOptions(options.rememberMe),
    events: resolveEventOptions(options.events),
    doctor: resolveDoctorOptions(options.doctor),
  };
}
