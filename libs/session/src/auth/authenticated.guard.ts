import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { UnauthenticatedException } from '../common/index.js';
import { sessionOf } from '../http/index.js';
import { authOf } from '../session/index.js';
import { Public } from './public.decorator.js';

/**
 * Lets logged-in users pass, and everybody on `@Public()` routes; otherwise 401 `UNAUTHENTICATED`.
 *
 * @example
 * @UseGuards(AuthenticatedGuard)
 * @example for the whole application
 * providers: [{ provide: APP_GUARD, useClass: AuthenticatedGuard }]
 */
@Injectable()
export class AuthenticatedGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()]) !== undefined)
      return true;
    if (authOf(await sessionOf(context)) === undefined) throw this.refusal(context);
    return true;
  }

  /** What is thrown when nobody is logged in; override it to answer differently, such as with a redirect. */
  protected refusal(_context: ExecutionContext): Error {
    return new UnauthenticatedException();
  }
}
