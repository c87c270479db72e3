/**
 * auth: logging in and out, and who may use a route.
 *
 * May import: http, session, remember-me, login-attempts, common. Invariants: a login always gives a new id; nothing of
 * the visitor's session is taken over unless it is on the list.
 */
export { AuthenticatedGuard } from './authenticated.guard.js';
export {
  type AuthOptions,
  type MaxSessionsOf,
  type ResolvedAuthOptions,
  resolveAuthOptions,
} from './auth.options.js';
export { CurrentUser } from './current-user.decorator.js';
export type { LoginAttempt, Reauthentication } from './login.attempt.js';
export { LoginService } from './login.service.js';
export { SessionReplacement } from './session.replacement.js';
export { Public } from './public.decorator.js';
export type { Identity, SessionUser } from './session.user.js';
export { userOf } from './user-of.js';
