import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable } from 'rxjs';
import { SessionError } from '../common/index.js';
import { PassiveSession } from './passive-session.decorator.js';
import { type RequestSession, requestSessionOf } from './request-session.js';
import { rawRequest } from './session.request.js';

/** Nest's own mark on `@Sse()` handlers. */
const SSE_METADATA = '__sse__';

/**
 * Saves the session after the handler's last value and before the answer leaves, so that an answer of 200 means "saved".
 * A handler that throws is saved too; if the save fails, its refusal takes the place of what was thrown.
 *
 * SessionModule makes it the outermost interceptor.
 */
@Injectable()
export class SaveInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const session = requestSessionOf(rawRequest(context.switchToHttp().getRequest<object>()));
    if (session === undefined) return next.handle();
    const isPassive =
      this.reflector.getAllAndOverride(PassiveSession, [context.getHandler(), context.getClass()]) !==
      undefined;
    if (isPassive) session.setPassive();
    if (Reflect.getMetadata(SSE_METADATA, context.getHandler()) === true) {
      // The headers leave before the first event; what the handler changes later needs `session.save()`.
      return session.commit().then(() => next.handle());
    }
    return saved(next.handle(), session);
  }
}

/** What a handler gives, ended only once the session is saved. By hand, because a chain of operators costs each request a quarter of its memory. */
function saved(handled: Observable<unknown>, session: RequestSession): Observable<unknown> {
  return new Observable((answer) => {
    const end = (then: () => void): void => {
      if (session.hasWork()) session.commit().then(then, (refusal: unknown) => answer.error(refusal));
      else then();
    };
    return handled.subscribe({
      next: (value) => answer.next(value),
      error: (error: unknown) =>
        end(() => answer.error(error instanceof SessionError ? session.fail(error) : error)),
      complete: () => end(() => answer.complete()),
    });
  });
}
