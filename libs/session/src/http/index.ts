/**
 * http: cookie in, session on the request, save, cookie out.
 *
 * Flow: load (session.mount) -> guards, pipes, handler -> handler.exit, or answer.hold for what it does not see.
 * May import: session, store, common. Invariants: no answer of success leaves before its session is saved; a request
 * has one entrance and one exit; only `rawRequest` knows how adapters differ.
 */
export { cookieIn } from './cookie.header.js';
export {
  cookiePrefix,
  type ResolvedCookieOptions,
  resolveCookieOptions,
  type SessionCookieOptions,
} from './cookie.options.js';
export { CurrentSession } from './current-session.decorator.js';
export { KeyDerivation } from './key.derivation.js';
export { PassiveSession } from './passive-session.decorator.js';
export { RequestSession, requestSessionOf } from './request-session.js';
export { resolveSecrets } from './secret.options.js';
export { SessionCookies } from './session.cookies.js';
export type { UsedSession } from './session.passage.js';
export { SessionMount } from './session.mount.js';
export type { SessionAbsence } from './session.absence.js';
export {
  adapterRequestOf,
  confirmedSessionOf,
  requestOf,
  sessionAbsenceOf,
  sessionOf,
} from './session-of.js';
export { type AnyRequest, rawRequest, type SessionRequest } from './session.request.js';
