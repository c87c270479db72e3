import { Logger, type Provider } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer, Reflector } from '@nestjs/core';
import { GuardParts, LoginService, SessionReplacement, unguardedRoutes } from './auth/index.js';
import { Clock, SessionEvents, SessionLog, SystemClock } from './common/index.js';
import { SessionDoctor } from './doctor/index.js';
import { SaveInterceptor, SessionCookies, SessionMount } from './http/index.js';
import { RedisConnection } from './redis/index.js';
import { MODULE_OPTIONS_TOKEN } from './session.module-definition.js';
import {
  type ResolvedModuleOptions,
  resolveModuleOptions,
  type SessionModuleOptions,
} from './session-module.options.js';
import { SessionRegistry, SessionService } from './session/index.js';
import {
  RecordBackend,
  RedisRecordBackend,
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
  SaveInterceptor,
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
    useFactory: ({ redis }: ResolvedModuleOptions, events: SessionEvents) =>
      new RedisConnection(redis, events),
  },
  {
    provide: RecordBackend,
    inject: [RedisConnection],
    useFactory: (connection: RedisConnection) => new RedisRecordBackend(connection),
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
      const { prefix, serializer, maxBytes, idFormat } = session;
      const store = new RedisSessionStore({
        client: connection.client,
        prefix,
        serializer,
        maxBytes,
        parts: {
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
  SessionService,
  SessionRegistry,
  {
    provide: SessionCookies,
    inject: [OPTIONS, Clock],
    useFactory: ({ cookie, secrets }: ResolvedModuleOptions, clock: Clock) =>
      new SessionCookies(cookie, secrets, clock),
  },
  {
    provide: SessionMount,
    inject: [RedisSessionStore, SessionCookies, SaveInterceptor],
    useFactory: (store: RedisSessionStore, cookies: SessionCookies, interceptor: SaveInterceptor) =>
      new SessionMount(store, cookies, interceptor),
  },
  {
    provide: SessionReplacement,
    inject: [OPTIONS, Clock],
    useFactory: ({ auth }: ResolvedModuleOptions, clock: Clock) => new SessionReplacement(auth, clock),
  },
  {
    provide: GuardParts,
    inject: [OPTIONS, Reflector, HttpAdapterHost, Clock, SessionEvents],
    useFactory: (
      { auth }: ResolvedModuleOptions,
      reflector: Reflector,
      adapterHost: HttpAdapterHost,
      clock: Clock,
      events: SessionEvents,
    ): GuardParts => ({
      reflector,
      adapterHost,
      clock,
      events,
      trustedOrigins: new Set(auth.trustedOrigins),
    }),
  },
  {
    provide: LoginService,
    inject: [OPTIONS, SessionReplacement, SessionRegistry, Clock, SessionEvents],
    useFactory: (
      options: ResolvedModuleOptions,
      replacement: SessionReplacement,
      registry: SessionRegistry,
      clock: Clock,
      events: SessionEvents,
    ) => new LoginService(options, replacement, registry, clock, events),
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

function announce(options: ResolvedModuleOptions): ResolvedModuleOptions {
  if (!options.cookie.attributes.secure) {
    new Logger('SessionModule').warn(
      `The cookie "${options.cookie.name}" is sent without TLS too, for http://localhost. With NODE_ENV=production or cookie.secure: true it is not.`,
    );
  }
  return options;
}
