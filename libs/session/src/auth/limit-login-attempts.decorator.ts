import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { LoginAttemptDemand, type LoginAttemptLimit } from './login-attempt.demand.js';
import { LoginAttemptInterceptor } from './login-attempt.interceptor.js';

/**
 * Limits the attempts that a route may be used for, such as a login of one's own or a one-time code, as the option group `loginAttempts`
 * says. Needs `LoginAttemptGuard`. An attempt succeeds if the handler does; what it throws below 500 is a failure; anything else
 * counts nowhere.
 *
 * @example
 * @UseGuards(LoginAttemptGuard)
 * @LimitLoginAttempts({ account: (req) => req.session.userId, purpose: 'otp' })
 * @Post('otp')
 */
export const LimitLoginAttempts = (limit: LoginAttemptLimit): ClassDecorator & MethodDecorator =>
  applyDecorators(LoginAttemptDemand(limit), UseInterceptors(LoginAttemptInterceptor));
