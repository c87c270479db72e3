import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_INTERCEPTOR, DiscoveryModule, HttpAdapterHost } from '@nestjs/core';
import { Clock } from '../common/index.js';
import { KeyDerivation } from '../http/index.js';
import { RedisConnection } from '../redis/index.js';
import { SessionService } from '../session/index.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './analytics.module-definition.js';
import { resolveAnalyticsOptions, type SessionAnalyticsOptions } from './analytics.options.js';
import { FunnelStepCheck } from './funnel-step.check.js';
import { FunnelStepInterceptor } from './funnel-step.interceptor.js';
import { watchRequests } from './request.watch.js';
import { SessionAnalytics } from './session.analytics.js';

/**
 * Counts how sessions are used. Import it once, beside `SessionModule`, whose connection and secret it uses.
 *
 * @example
 * @Module({ imports: [SessionModule.forRoot({ ... }), SessionAnalyticsModule.forRoot({})] })
 */
@Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: SessionAnalytics,
      inject: [MODULE_OPTIONS_TOKEN, RedisConnection, SessionService, Clock, KeyDerivation],
      useFactory: (
        given: SessionAnalyticsOptions,
        redis: RedisConnection,
        sessions: SessionService,
        clock: Clock,
        derivation: KeyDerivation,
      ) =>
        new SessionAnalytics({ options: resolveAnalyticsOptions(given), redis, sessions, clock, derivation }),
    },
    FunnelStepCheck,
    { provide: APP_INTERCEPTOR, useClass: FunnelStepInterceptor },
  ],
  exports: [SessionAnalytics],
})
export class SessionAnalyticsModule extends ConfigurableModuleClass implements OnModuleInit {
  constructor(
    host: HttpAdapterHost,
    analytics: SessionAnalytics,
    private readonly check: FunnelStepCheck,
  ) {
    super();
    watchRequests(host, analytics);
  }

  /** @throws SessionError `INVALID_OPTION` if a `@FunnelStep()` names a step that there is not */
  onModuleInit(): void {
    this.check.run();
  }
}
