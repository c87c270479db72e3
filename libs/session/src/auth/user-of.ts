import { authOf, type SessionLike } from '../session/index.js';
import type { SessionUser } from './session.user.js';

/** Who is logged in with a session, where `@CurrentUser()` cannot be used; `undefined` when nobody is. */
export function userOf(session: SessionLike | undefined): SessionUser | undefined {
  const auth = authOf(session);
  return auth && { userId: auth.userId, roles: auth.roles, authenticatedAt: auth.authenticatedAt };
}
