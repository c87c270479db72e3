import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { userOf } from 'nestjs-redis-session';
import { alreadyLoggedIn, stepNotOpen } from './sign-up.exception.js';
import { isOpen, nextOf } from './sign-up.progress.js';
import { SignUpService } from './sign-up.service.js';
import type { Place } from './sign-up.steps.js';

const StepOfRoute = Reflector.createDecorator<Place>();

/**
 * Refuses users, and visitors who jump ahead. A guard, because guards come before the check of the input: who is not there yet should not
 * be told what is wrong with it.
 */
@Injectable()
class OpenStepGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly signUps: SignUpService,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { session } = context.switchToHttp().getRequest<Request>();
    if (userOf(session) !== undefined) throw alreadyLoggedIn();
    const draft = this.signUps.draftOf(session);
    if (!isOpen(draft, this.reflector.get(StepOfRoute, context.getHandler())))
      throw stepNotOpen(nextOf(draft));
    return true;
  }
}

/** The route is open once all steps before this one are done. */
export const OpenStep = (place: Place): MethodDecorator & ClassDecorator =>
  applyDecorators(StepOfRoute(place), UseGuards(OpenStepGuard));
