import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import type { Response } from 'express';
import { PassiveSession, RedisSessionStore, StoreUnavailableError } from 'nestjs-redis-session';

/** An id that no session has. */
const NOBODY = 'health';

export interface Health {
  status: 'ok' | 'unavailable';
  redis: 'up' | 'down';
}

/** Tells a load balancer whether to send requests here. */
@PassiveSession()
@Controller('health')
export class HealthController {
  constructor(private readonly sessions: RedisSessionStore) {}

  @Get()
  async health(@Res({ passthrough: true }) response: Response): Promise<Health> {
    try {
      // One GET on the connection that sessions use, within `redis.maxWait`.
      await this.sessions.get(NOBODY);
      return { status: 'ok', redis: 'up' };
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      response.status(HttpStatus.SERVICE_UNAVAILABLE);
      return { status: 'unavailable', redis: 'down' };
    }
  }
}
