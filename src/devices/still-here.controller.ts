import { Controller, Get, HttpCode, HttpStatus, UseGuards } from '@nestjs/common';
import { AuthenticatedGuard, PassiveSession } from 'nestjs-redis-session';

/**
 * Tells an open page whether its session is still there: 204, or the 401 of the guard with the reason. `public/watch.js` asks every second
 * or so; that is one read in Redis, and it keeps no session alive.
 */
@Controller('devices/still-here')
@UseGuards(AuthenticatedGuard)
@PassiveSession()
export class StillHereController {
  @Get()
  @HttpCode(HttpStatus.NO_CONTENT)
  stillHere(): void {
    // The guard has answered the question.
  }
}
