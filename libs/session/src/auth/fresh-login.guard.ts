import { type ExecutionContext, Injectable } from '@nestjs/common';
import { confirmedSessionOf } from '../http/index.js';
import { authOf, levelOf } from '../session/index.js';
import { type AccessRefusalCode, whyNobody } from './access.refusal.js';
import { AuthenticatedGuard } from './authenticated.guard.js';
import { FreshLogin } from './fresh-login.decorator.js';
import { demandOn, isBoundTo } from './route.demands.js';

/**
 * Lets users pass who have given their password lately, as `@FreshLogin()` says; otherwise 401 `FRESH_LOGIN_REQUIRED` (ask for the
 * password and come again), or the 401 of `AuthenticatedGuard` when nobody is logged in. Who was only remembered never passes.
 *
 * Without `@FreshLogin()`: in `@UseGuards()` it demands a fresh login all the same, except on `@Public()` routes; as `APP_GUARD` everybody
 * passes.
 */
@Injectable()
export class FreshLoginGuard extends AuthenticatedGuard {
  protected override async judge(context: ExecutionContext): Promise<AccessRefusalCode | undefined> {
    const demand = demandOn(this.parts.reflector, FreshLogin, context);
    if (demand === undefined && (!isBoundTo(context, this) || (await this.isPublic(context))))
      return undefined;
    const session = await confirmedSessionOf(context);
    const auth = authOf(session);
    if (auth === undefined) return whyNobody(context);
    const { within = Infinity } = demand ?? {};
    const isFresh = levelOf(session) === 'fresh' && this.parts.clock.now() - auth.authenticatedAt <= within;
    return isFresh ? undefined : 'FRESH_LOGIN_REQUIRED';
  }
}
