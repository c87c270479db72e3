import {
  type CallHandler,
  type ExecutionContext,
  HttpStatus,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, concatMap, type Observable } from 'rxjs';
import { adapterRequestOf, rawRequest, requestSessionOf } from '../http/index.js';
import { authOf } from '../session/index.js';
import { GuardParts } from './guard.parts.js';
import { type LoginAttemptLimit, limitOn } from './login-attempt.demand.js';
import type { RequestAttempt } from './request.attempt.js';

/** Tells the limiter how the attempt ended that `LoginAttemptGuard` has counted. Comes with `@LimitLoginAttempts()`. */
@Injectable()
export class LoginAttemptInterceptor implements NestInterceptor {
  @Inject(GuardParts) private readonly parts!: GuardParts;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = adapterRequestOf(context);
    const attempt = request && this.parts.attempts.heldBy(request);
    const limit = limitOn(this.parts.reflector, context.getHandler(), context.getClass());
    if (request === undefined || attempt === undefined || limit === undefined) return next.handle();
    return next.handle().pipe(
      concatMap(async (result: unknown) => {
        await settle(attempt, limit, { request, result });
        return result;
      }),
      catchError(async (error: unknown) => {
        await attempt.threw(error);
        throw error;
      }),
    );
  }
}

async function settle(
  attempt: RequestAttempt,
  { isSuccess }: LoginAttemptLimit,
  { request, result }: { request: object; result: unknown },
): Promise<void> {
  const raw = rawRequest(request);
  const status = requestSessionOf(raw)?.response.statusCode ?? HttpStatus.OK;
  if (isSuccess?.(result) ?? status < HttpStatus.BAD_REQUEST) {
    // Who logged in, if the handler has done that; otherwise there is nobody whose device it could be.
    await attempt.succeed({ userId: authOf(raw.session)?.userId, remembersDevice: true });
  } else await attempt.fail();
}
