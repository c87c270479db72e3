import { Controller, Get, UseFilters } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { PassiveSession, Public } from 'nestjs-redis-session';
import { SessionHealthIndicator } from 'nestjs-redis-session/health';
import { DatabaseHealthIndicator } from './database-health.indicator.js';
import { HealthErrorFilter } from './health-error.filter.js';

/** Tells whoever runs the application whether this process lives, and whether to send requests to it. JSON for browsers too. */
@Public()
@PassiveSession()
@UseFilters(HealthErrorFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly sessions: SessionHealthIndicator,
    private readonly database: DatabaseHealthIndicator,
  ) {}

  /** Asks nobody: starting the process anew would not bring Redis back. */
  @Get('live')
  @HealthCheck()
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 503 while a request could not be served, and from the signal to end until the end. */
  @Get(['', 'ready'])
  @HealthCheck()
  ready() {
    return this.health.check([
      () => this.sessions.isHealthy('redis'),
      () => this.database.isHealthy('database'),
    ]);
  }
}
