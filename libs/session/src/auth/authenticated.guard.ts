import { type ExecutionContext, Injectable } from '@nestjs/common';
import { sessionOf } from '../http/index.js';
import { authOf } from '../session/index.js';
import { AccessGuard } from './access.guard.js';
import { type AccessRefusalCode, whyNobody } from './access.refusal.js';
import { Public } from './public.decorator.js';

/**
 * Lets logged-in users pass, and everybody on `@Public()` routes; otherwise 401, whose code says why nobody is logged in:
 * `UNAUTHENTICATED` never was, `SESSION_EXPIRED`, `SESSION_ENDED` (logged out or revoked), `SESSION_STOLEN` (its cookie was copied).
 *
 * Messages of brokers carry no session: there only `@Public()` handlers pass.
 *
 * @example
 * @UseGuards(AuthenticatedGuard)
 * @example for the whole application
 * providers: [{ provide: APP_GUARD, useClass: AuthenticatedGuard }]
 */
@Injectable()
export class AuthenticatedGuard extends AccessGuard {
  protected async judge(context: ExecutionContext): Promise<AccessRefusalCode | undefined> {
    if (await this.isPublic(context)) return undefined;
    return authOf(await sessionOf(context)) === undefined ? whyNobody(context) : undefined;
  }

  /** Whether everybody may use a route that demands nothing more special; by default those with `@Public()`. */
  protected isPublic(context: ExecutionContext): Promise<boolean> | boolean {
    const marks = [context.getHandler(), context.getClass()];
    return this.parts.reflector.getAllAndOverride(Public, marks) !== undefined;
  }
}
