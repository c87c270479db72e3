import { type ExecutionContext, Injectable } from '@nestjs/common';
import { confirmedSessionOf } from '../http/index.js';
import { authOf } from '../session/index.js';
import { type AccessRefusalCode, whyNobody } from './access.refusal.js';
import { AuthenticatedGuard } from './authenticated.guard.js';
import { Roles } from './roles.decorator.js';
import { demandOn, isBoundTo } from './route.demands.js';

/**
 * Lets users pass who have one of the roles of `@Roles()`; otherwise 403 `INSUFFICIENT_ROLE`, or the 401 of `AuthenticatedGuard` when
 * nobody is logged in. Roles are those of the login: `credentialsChanged` or `revokeAll` when they change.
 *
 * Without `@Roles()`: in `@UseGuards()` only logged-in users pass, as with `AuthenticatedGuard`; as `APP_GUARD` everybody does.
 */
@Injectable()
export class RolesGuard extends AuthenticatedGuard {
  protected override async judge(context: ExecutionContext): Promise<AccessRefusalCode | undefined> {
    const roles = demandOn(this.parts.reflector, Roles, context);
    if (roles === undefined) return isBoundTo(context, this) ? super.judge(context) : undefined;
    const auth = authOf(await confirmedSessionOf(context));
    if (auth === undefined) return whyNobody(context);
    return roles.some((role) => auth.roles.includes(role)) ? undefined : 'INSUFFICIENT_ROLE';
  }
}
