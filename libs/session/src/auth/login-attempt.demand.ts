import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

/** What `LoginAttemptGuard` counts the requests of a route on. */
export interface LoginAttemptLimit {
  /**
   * Which account is tried. A request in which it is not found (it throws, or gives no text) is refused with 400.
   *
   * @param request the adapter's own, before pipes have checked it
   * @example account: (req) => req.body.username
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- Express's, Fastify's or the application's own type of request
  account: (request: any, context: ExecutionContext) => unknown;
  /**
   * What is tried there. Attempts at different things are counted apart, such as passwords and one-time codes (ASVS 6.6.3).
   *
   * @default "login", as in LoginService
   */
  purpose?: string;
  /**
   * Whether what the handler returned means that the attempt succeeded, where the status does not tell.
   *
   * @default status below 400
   */
  isSuccess?: (result: unknown) => boolean;
}

/** What the decorator leaves behind. */
export const LoginAttemptDemand = Reflector.createDecorator<LoginAttemptLimit>();

/** What stands on the handler, else what stands on the class. `@Public()` makes no difference: it is who is not logged in that guesses. */
export const limitOn = (
  reflector: Reflector,
  handler: Function,
  host: Function,
): LoginAttemptLimit | undefined => reflector.getAllAndOverride(LoginAttemptDemand, [handler, host]);
