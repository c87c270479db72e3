import { Reflector } from '@nestjs/core';

/**
 * A route (or all routes of a controller) that does not count as activity, such as one that a page polls: it does not move
 * the idle timeout.
 *
 * @example
 * @PassiveSession()
 * @Get('time-left')
 */
export const PassiveSession = Reflector.createDecorator<void>();
