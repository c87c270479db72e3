import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { sessionOf } from '../http/index.js';
import type { SessionUser } from './session.user.js';
import { userOf } from './user-of.js';

/**
 * Who is logged in, as a parameter of type `SessionUser`; `undefined` on a `@Public()` route when nobody is.
 *
 * @example
 * @Get('me')
 * me(@CurrentUser() user: SessionUser) {}
 */
export const CurrentUser = createParamDecorator(
  async (_: unknown, context: ExecutionContext): Promise<SessionUser | undefined> =>
    userOf(await sessionOf(context)),
);
