import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { concat, defer, ignoreElements, type Observable } from 'rxjs';
import { sessionOf } from '../http/index.js';
import { FunnelStepMark } from './funnel-step.decorator.js';
import { SessionAnalytics } from './session.analytics.js';

/** Counts the step of a route that says `@FunnelStep()`, once its handler has returned. */
@Injectable()
export class FunnelStepInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly analytics: SessionAnalytics,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const mark = this.reflector.get<{ funnel: string; step: string } | undefined>(
      FunnelStepMark,
      context.getHandler(),
    );
    if (mark === undefined) return next.handle();
    const reach = async (): Promise<void> => {
      // Asked afterwards: the handler may have logged in, which gives another session.
      const session = await sessionOf(context);
      if (session !== undefined) this.analytics.reach(session, mark.funnel, mark.step);
    };
    return concat(next.handle(), defer(reach).pipe(ignoreElements()));
  }
}
