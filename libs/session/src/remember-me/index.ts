/**
 * remember-me: the long life of a session, on request. It sets expiry and persistence at the login; nothing else asks whether
 * a session is remembered.
 *
 * May import: session, common.
 */
export {
  type RememberMeOptions,
  type ResolvedRememberMeOptions,
  resolveRememberMeOptions,
} from './remember-me.options.js';
export { lifeAfterLogin, requestedFor } from './remember-me.policy.js';
