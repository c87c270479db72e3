/**
 * auth: logging in and out, and who may use a route.
 *
 * May import: http, session, remember-me, login-attempts, common. Invariants: a login always gives a new id; nothing of
 * the visitor's session is taken over unless it is on the list; guards change no session, and refuse
 * where it is not certain that they may not.
 */
export { AccessGuard } from './access.guard.js';
export type { AccessRefusalCode } from './access.refusal.js';
export { AuthenticatedGuard } from './authenticated.guard.js';
export {
  type AuthOptions,
  type MaxSessionsOf,
  type ResolvedAuthOptions,
  resolveAuthOptions,
} from './auth.options.js';
export { CrossOriginGuard } from './cross-origin.guard.js';
export { CurrentUser } from './current-user.decorator.js';
export { FreshLogin, type FreshLoginDemand } from './fresh-login.decorator.js';
export { FreshLoginGuard } from './fresh-login.guard.js';
export { GuardParts } from './guard.parts.js';
export { DeviceCookie } from './device.cookie.js';
export { LimitLoginAttempts } from './limit-login-attempts.decorator.js';
export type { LoginAttemptLimit } from './login-attempt.demand.js';
export { LoginAttemptGuard } from './login-attempt.guard.js';
export { type LoginAttempt, type Reauthentication, WrongPassword } from './login.attempt.js';
export { LoginService } from './login.service.js';
export { PasswordCheck } from './password.check.js';
export { RequestAttempts } from './request.attempts.js';
export { SessionReplacement } from './session.replacement.js';
export { Public } from './public.decorator.js';
export { Roles } from './roles.decorator.js';
export { RolesGuard } from './roles.guard.js';
export type { Identity, SessionUser } from './session.user.js';
export { SkipCrossOriginCheck } from './skip-cross-origin-check.decorator.js';
export { unguardedRoutes } from './unguarded.routes.js';
export { userOf } from './user-of.js';
