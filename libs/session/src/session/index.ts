/**
 * session: what a session means to the application: how long it lives, who is logged in with it.
 *
 * May import: store, redis, common. Invariant: who is logged in is known to the server's part of the record only;
 * nothing that a request puts on `req.session` can change it.
 */
export {
  authenticate,
  authOf,
  createdAtOf,
  handleOf,
  levelOf,
  policyOf,
  type SessionLevel,
} from './session.authentication.js';
export type { SessionLife, SessionTimeouts } from './session.life.js';
export {
  type ResolvedSessionOptions,
  resolveSessionOptions,
  type SessionLifeOptions,
  type TimeoutsOf,
} from './session.options.js';
export { type ListedSession, type RevocationProgress, SessionRegistry } from './session.registry.js';
export { SessionService } from './session.service.js';
export { dataOf } from '../store/index.js';
export type {
  Admission,
  IdFormat,
  SessionAccess,
  SessionAuth,
  SessionLike,
  SessionPolicy,
  SessionSerializer,
} from '../store/index.js';
