import type { Provider } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer, Reflector } from '@nestjs/core';
import {
  DeviceCookie,
  GuardParts,
  LoginService,
  PasswordCheck,
  RequestAttempts,
  SessionReplacement,
  unguardedRoutes,
} from './auth/index.js';
import { Clock, SessionEvents, SessionLog, SystemClock } from './common/index.js';
import { SessionDoctor } from './doctor/index.js';
import { KeyDerivation, SessionCookies, SessionMount } from './http/index.js';
import {
  AttemptStore,
  KeyNames,
  LOGIN_ATTEMPTS_OPTIONS,
  LoginAttemptLimiter,
  MemoryAttemptStore,
  RedisAttemptStore,
  type ResolvedLoginAttemptsOptions,
} from './login-attempts/index.js';
import { RedisConnection, withConnectionOfItsOwn } from './redis/index.js';
import { MODULE_OPTIONS_TOKEN } from './session.module-definition.js';
import {
  announce,
  type ResolvedModuleOptions,
  resolveModuleOptions,
  type SessionModuleOptions,
} from './session-module.options.js';
import { SessionRegistry, SessionService } from './session/index.js';
import {
  RecordBackend,
  recordsOver,
  RedisSessionStore,
  RedisUserIndex,
  SecretSuccession,
  UserIndex,
} from './store/index.js';

/** Token of the checked options. */
const OPTIONS = Symbol('nestjs-redis-session options');

/** How the rooms are put together: options -> connection -> store -> cookies and mount -> login. */
export const sessionProviders: Provider[] = [
  { provide: Clock, useClass: SystemClock },
  {
    provide: OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (given: SessionModuleOptions) => announce(resolveModuleOptions(given)),
  },
  {
    provide: SessionEvents,
    inject: [OPTIONS],
    useFactory: ({ events }: ResolvedModuleOptions) => new SessionEvents(events),
  },
  {
    // Nobody asks for it: it listens from its construction on.
    provide: SessionLog,
    inject: [SessionEvents, OPTIONS],
    useFactory: (events: SessionEvents, options: ResolvedModuleOptions) =>
      new SessionLog(events, options.events),
  },
  {
    provide: RedisConnection,
    inject: [OPTIONS, SessionEvents],
    useFactory: ({ redis, nearCache }: ResolvedModuleOptions, events: SessionEvents) =>
      new RedisConnection(nearCache ? withConnectionOfItsOwn(redis) : redis, events),
  },
  {
    provide: RecordBackend,
    inject: [OPTIONS, RedisConnection, SessionEvents],
    useFactory: ({ nearCache }: ResolvedModuleOptions, connection: RedisConnection, events: SessionEvents) =>
      recordsOver(connection, nearCache, events),
  },
  {
    provide: UserIndex,
    inject: [OPTIONS, RedisConnection],
    useFactory: ({ session }: ResolvedModuleOptions, connection: RedisConnection) =>
      new RedisUserIndex(connection, session.prefix),
  },
  {
    provide: RedisSessionStore,
    inject: [OPTIONS, RedisConnection, RecordBackend, UserIndex, Clock, SessionEvents],
    useFactory: (
      { session, cookie, secrets }: ResolvedModuleOptions,
      connection: RedisConnection,
      backend: RecordBackend,
      users: UserIndex,
      clock: Clock,
      events: SessionEvents,
    ) => {
      const policy = {
        idle: session.idleTimeout,
        absolute: session.absoluteTimeout,
        persistent: cookie.persistent,
      };
      const { prefix, serializer, maxBytes, idFormat, access } = session;
      const store = new RedisSessionStore({
        client: connection.client,
        prefix,
        serializer,
        maxBytes,
        parts: {
          access,
          backend,
          users,
          clock,
          events,
          policy,
          succession: new SecretSuccession(secrets, session.renewAfter),
        },
      });
      store.generate = (request) => store.startSession(request, cookie.attributes, idFormat);
      return store;
    },
  },
  {
    provide: SessionService,
    inject: [OPTIONS, RedisSessionStore, Clock],
    useFactory: (
      { session: ordinary, rememberMe: remembered }: ResolvedModuleOptions,
      store: RedisSessionStore,
      clock: Clock,
    ) =>
      new SessionService(store, clock, {
        ordinary: { idleTimeout: ordinary.idleTimeout, absoluteTimeout: ordinary.absoluteTimeout },
        remembered: { ...remembered },
      }),
  },
  SessionRegistry,
  {
    provide: SessionCookies,
    inject: [OPTIONS, Clock],
    useFactory: ({ cookie, secrets }: ResolvedModuleOptions, clock: Clock) =>
      new SessionCookies(cookie, secrets, clock),
  },
  {
    provide: KeyDerivation,
    inject: [OPTIONS],
    useFactory: ({ secrets }: ResolvedModuleOptions) => new KeyDerivation(secrets),
  },
  {
    provide: SessionMount,
    inject: [RedisSessionStore, SessionCookies],
    useFactory: (store: RedisSessionStore, cookies: SessionCookies) => new SessionMount(store, cookies),
  },
  {
    provide: LOGIN_ATTEMPTS_OPTIONS,
    inject: [OPTIONS],
    useFactory: ({ loginAttempts }: ResolvedModuleOptions) => loginAttempts,
  },
  {
    provide: KeyNames,
    inject: [OPTIONS],
    useFactory: ({ session, loginAttempts }: ResolvedModuleOptions) =>
      new KeyNames(session.prefix, loginAttempts.nameKey),
  },
  {
    provide: AttemptStore,
    inject: [LOGIN_ATTEMPTS_OPTIONS, RedisConnection, KeyNames],
    useFactory: (options: ResolvedLoginAttemptsOptions, connection: RedisConnection, names: KeyNames) =>
      new RedisAttemptStore(connection, names, options),
  },
  {
    provide: LoginAttemptLimiter,
    inject: [LOGIN_ATTEMPTS_OPTIONS, AttemptStore, KeyNames, Clock, SessionEvents],
    useFactory: (
      options: ResolvedLoginAttemptsOptions,
      store: AttemptStore,
      names: KeyNames,
      clock: Clock,
      events: SessionEvents,
    ) => {
      const isKeptHere = options.onStoreFailure === 'memory';
      const fallback = isKeptHere ? new MemoryAttemptStore(clock, options) : undefined;
      return new LoginAttemptLimiter(options, { store, fallback }, names, events);
    },
  },
  {
    provide: RequestAttempts,
    inject: [OPTIONS, LoginAttemptLimiter, SessionEvents],
    useFactory: (
      { cookie, loginAttempts }: ResolvedModuleOptions,
      limiter: LoginAttemptLimiter,
      events: SessionEvents,
    ) => {
      const { deviceKey, device } = loginAttempts;
      const devices = new DeviceCookie(cookie, deviceKey, device?.keptFor ?? 0);
      return new RequestAttempts(limiter, loginAttempts, { devices, events });
    },
  },
  {
    provide: SessionReplacement,
    inject: [OPTIONS, Clock],
    useFactory: ({ auth }: ResolvedModuleOptions, clock: Clock) => new SessionReplacement(auth, clock),
  },
  {
    provide: GuardParts,
    inject: [OPTIONS, Reflector, HttpAdapterHost, Clock, SessionEvents, RequestAttempts],
    useFactory: (
      { auth }: ResolvedModuleOptions,
      reflector: Reflector,
      adapterHost: HttpAdapterHost,
      clock: Clock,
      events: SessionEvents,
      attempts: RequestAttempts,
    ): GuardParts => ({
      attempts,
      reflector,
      adapterHost,
      clock,
      events,
      trustedOrigins: new Set(auth.trustedOrigins),
    }),
  },
  {
    provide: LoginService,
    inject: [OPTIONS, SessionReplacement, RequestAttempts, SessionRegistry, Clock, SessionEvents],
    useFactory: (
      options: ResolvedModuleOptions,
      replacement: SessionReplacement,
      attempts: RequestAttempts,
      registry: SessionRegistry,
      clock: Clock,
      events: SessionEvents,
    ) =>
      new LoginService(
        options,
        { replacement, check: new PasswordCheck(attempts, events), attempts, registry },
        clock,
        events,
      ),
  },
  {
    provide: SessionDoctor,
    inject: [OPTIONS, RedisConnection, HttpAdapterHost, ModulesContainer, ApplicationConfig, Reflector],
    useFactory: (
      options: ResolvedModuleOptions,
      redis: unknown,
      host: HttpAdapterHost,
      modules: ModulesContainer,
      config: ApplicationConfig,
      reflector: Reflector,
    ) => {
      // In a test without Redis something else stands there, which has nothing to examine.
      const connection = redis instanceof RedisConnection ? redis : undefined;
      const where = { production: process.env.NODE_ENV === 'production' };
      const routes = () => unguardedRoutes(modules, config, reflector);
      return new SessionDoctor({ options, connection, host, where, unguardedRoutes: routes }, options.doctor);
    },
  },
];
