import { Module } from '@nestjs/common';
import { HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Clock } from '../common/index.js';
import { RedisConnection } from '../redis/index.js';
import { SessionHealthIndicator } from './session-health.indicator.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './session-health.module-definition.js';
import { resolveHealthOptions, type SessionHealthOptions } from './session-health.options.js';

/**
 * Provides {@link SessionHealthIndicator}, for the connection of `SessionModule`. Import it beside `TerminusModule`, where the controller
 * is; without `forRoot` every option has its default.
 *
 * @throws InvalidOptionError at the start
 * @example
 * @Module({ imports: [TerminusModule, SessionHealthModule], controllers: [HealthController] })
 * export class HealthModule {}
 * @example
 * SessionHealthModule.forRoot({ timeout: 500, minReplicas: 1 })
 */
@Module({
  imports: [TerminusModule],
  providers: [
    {
      provide: SessionHealthIndicator,
      inject: [
        HealthIndicatorService,
        RedisConnection,
        Clock,
        { token: MODULE_OPTIONS_TOKEN, optional: true },
      ],
      useFactory: (
        indicators: HealthIndicatorService,
        redis: RedisConnection,
        clock: Clock,
        options: SessionHealthOptions | undefined,
      ) => new SessionHealthIndicator(indicators, redis, resolveHealthOptions(options), clock),
    },
  ],
  exports: [SessionHealthIndicator],
})
export class SessionHealthModule extends ConfigurableModuleClass {}
