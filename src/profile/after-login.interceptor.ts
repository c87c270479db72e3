import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { userOf } from 'nestjs-redis-session';
import { concatMap, type Observable } from 'rxjs';
import { ProfileKeeper } from './profile.keeper.js';

/**
 * Lets the answer to a login leave when the profile is kept: whoever is told of the login can ask the profile service at once. A
 * profile that cannot be kept holds no login up.
 */
@Injectable()
export class AfterLogin implements NestInterceptor {
  constructor(private readonly keeper: ProfileKeeper) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    return next.handle().pipe(
      concatMap(async (answer: unknown) => {
        const user = userOf(request.session);
        if (user !== undefined) await this.keeper.settled(user.userId);
        return answer;
      }),
    );
  }
}
