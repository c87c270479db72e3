import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { SessionException } from '../common/index.js';
import { sessionOf } from '../http/index.js';
import { authOf, handleOf } from '../session/index.js';
import { type AccessRefusalCode, exceptionFor } from './access.refusal.js';
import { GuardParts } from './guard.parts.js';
import { inContext } from './refusal.by-context.js';

/**
 * Base of the guards: asks {@link judge}, tells `access.refused`, throws {@link refusal}. Extend one of the guards, or this class for
 * a condition of your own; no constructor is needed.
 *
 * @example an answer of one's own
 * class PageGuard extends AuthenticatedGuard {
 *   protected override refusal(_context: ExecutionContext, code: AccessRefusalCode): Error {
 *     return new UnauthorizedException({ goTo: '/login', code });
 *   }
 * }
 */
@Injectable()
export abstract class AccessGuard implements CanActivate {
  /** Set by Nest: give the class to `@UseGuards()` or `APP_GUARD` instead of making an instance. */
  @Inject(GuardParts) protected readonly parts!: GuardParts;

  /** @throws what {@link refusal} gives; SessionStoreUnavailableException if Redis does not answer */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    let code: AccessRefusalCode | undefined;
    try {
      code = await this.judge(context);
    } catch (error) {
      throw error instanceof SessionException ? await inContext(context, error) : error;
    }
    if (code === undefined) return true;
    await this.report(context, code);
    throw await this.refusal(context, code);
  }

  /** Why whoever asks may not pass; `undefined` if they may. Must not change the session. */
  protected abstract judge(
    context: ExecutionContext,
  ): Promise<AccessRefusalCode | undefined> | AccessRefusalCode | undefined;

  /**
   * What is thrown at whoever may not pass; override it to answer differently.
   *
   * @returns by default the `SessionException` of the code; on a WebSocket a `WsException` and on a message broker an `RpcException`,
   *   both with `{ status: 'error', code, message }`
   */
  protected refusal(context: ExecutionContext, code: AccessRefusalCode): Promise<Error> | Error {
    return inContext(context, exceptionFor(code));
  }

  private async report(context: ExecutionContext, code: AccessRefusalCode): Promise<void> {
    // Whoever it is only completes the event, so that it is not known must not change the answer.
    const session = await sessionOf(context).catch(() => undefined);
    const auth = authOf(session);
    this.parts.events.emit({
      type: 'access.refused',
      code,
      route: `${context.getClass().name}.${context.getHandler().name}`,
      ...(session && auth && { handle: handleOf(session), userId: auth.userId }),
    });
  }
}
