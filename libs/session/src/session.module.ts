import { Module } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { GuardParts, LoginService } from './auth/index.js';
import { Clock, SessionError, SessionEvents } from './common/index.js';
import { SessionDoctor } from './doctor/index.js';
import { KeyDerivation, SessionMount } from './http/index.js';
import { LoginAttemptLimiter } from './login-attempts/index.js';
import { RedisConnection } from './redis/index.js';
import { ConfigurableModuleClass } from './session.module-definition.js';
import { SessionRegistry, SessionService } from './session/index.js';
import { sessionProviders } from './session.providers.js';
import { RedisSessionStore } from './store/index.js';

/**
 * Redis sessions for a Nest application. Import it once.
 *
 * @example
 * @Module({ imports: [SessionModule.forRoot({ secret: process.env.SESSION_SECRET, redis: process.env.REDIS_URL })] })
 */
@Module({
  providers: sessionProviders,
  exports: [
    LoginService,
    LoginAttemptLimiter,
    SessionRegistry,
    SessionService,
    RedisSessionStore,
    SessionDoctor,
    SessionEvents,
    Clock,
    GuardParts,
    // For what counts or looks in the same Redis, such as RedisThrottlerStorage and SessionAnalytics.
    RedisConnection,
    KeyDerivation,
  ],
})
export class SessionModule extends ConfigurableModuleClass {
  constructor(host: HttpAdapterHost, modules: ModulesContainer, mount: SessionMount) {
    super();
    const registered = [...modules.values()].filter(({ metatype }) => metatype === SessionModule).length;
    if (registered > 1) {
      throw new SessionError(
        'ALREADY_REGISTERED',
        'SessionModule.forRoot was called twice in one application: every request would get two sessions. Keep one of them; its providers are global.',
      );
    }
    mount.mountLoad(host);
  }
}
