import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CurrentSession as Current } from '../store/index.js';
import { sessionOf } from './session-of.js';

/**
 * The session of the request, as a parameter; on Express and Fastify alike.
 *
 * @example
 * @Get()
 * visits(@CurrentSession() session: CurrentSession) {}
 */
export const CurrentSession = createParamDecorator((_: unknown, context: ExecutionContext) =>
  sessionOf(context),
);

/** The type of that parameter: express-session's session with the fields that the application declared. */
export type CurrentSession = Current;
