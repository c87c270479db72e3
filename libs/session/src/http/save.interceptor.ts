import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, concat, defer, ignoreElements, type Observable, throwError } from 'rxjs';
import { SessionError } from '../common/index.js';
import { PassiveSession } from './passive-session.decorator.js';
import { requestSessionOf } from './request-session.js';
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

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const session = requestSessionOf(rawRequest(context.switchToHttp().getRequest<object>()));
    if (session === undefined) return next.handle();
    const isPassive =
      this.reflector.getAllAndOverride(PassiveSession, [context.getHandler(), context.getClass()]) !==
      undefined;
    if (isPassive) session.setPassive();
    const save = (): Promise<void> => session.commit();
    if (Reflect.getMetadata(SSE_METADATA, context.getHandler()) === true) {
      // The headers leave before the first event; what the handler changes later needs `session.save()`.
      await save();
      return next.handle();
    }
    const saved = defer(save).pipe(ignoreElements());
    const handled = next.handle().pipe(
      catchError((error: unknown) =>
        concat(
          saved,
          throwError(() => (error instanceof SessionError ? session.fail(error) : error)),
        ),
      ),
    );
    return concat(handled, saved);
  }
}
