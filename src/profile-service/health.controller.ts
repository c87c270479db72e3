import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import type { Response } from 'express';
import { RedisConnection, StoreUnavailableError } from 'nestjs-redis-session';

export interface ServiceHealth {
  service: 'profile-service';
  status: 'ok' | 'unavailable';
  redis: 'up' | 'down';
}

/** Tells a load balancer whether to send requests here. */
@Controller('health')
export class HealthController {
  constructor(private readonly redis: RedisConnection) {}

  @Get()
  async health(@Res({ passthrough: true }) response: Response): Promise<ServiceHealth> {
    try {
      await this.redis.run((client) => client.ping(), { repeatable: true });
      return { service: 'profile-service', status: 'ok', redis: 'up' };
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      response.status(HttpStatus.SERVICE_UNAVAILABLE);
      return { service: 'profile-service', status: 'unavailable', redis: 'down' };
    }
  }
}
