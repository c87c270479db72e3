import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { sessionOf } from './session-of.js';

/**
 * The session of the request, as a parameter; on Express and Fastify alike.
 *
 * @example
 * @Get()
 * visits(@CurrentSession() session: Session & Partial<SessionData>) {}
 */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext) =>
  sessionOf(context),
);
