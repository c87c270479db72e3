import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { SessionHealthModule } from 'nestjs-redis-session/health';
import { DatabaseHealthIndicator } from './database-health.indicator.js';
import { HealthController } from './health.controller.js';

@Module({
  imports: [SessionHealthModule],
  controllers: [HealthController],
  providers: [DatabaseHealthIndicator],
})
export class HealthModule {
  /** @param shutdownDelay how long to go on serving after SIGTERM, while GET /health/ready says 503 already, ms */
  static with(shutdownDelay: number): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ gracefulShutdownTimeoutMs: shutdownDelay })],
    };
  }
}
