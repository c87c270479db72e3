/**
 * nestjs-redis-session: Redis sessions, login and guards for NestJS.
 *
 * Start with {@link SessionModule}.
 */
export {
  AuthenticatedGuard,
  type AuthOptions,
  CurrentUser,
  type Identity,
  type LoginAttempt,
  LoginService,
  Public,
  type SessionUser,
  userOf,
} from './auth/index.js';
export {
  Clock,
  days,
  hours,
  InvalidCredentialsException,
  InvalidOptionError,
  type Milliseconds,
  minutes,
  seconds,
  SessionEndedError,
  SessionEndedException,
  type SessionEndReason,
  SessionError,
  type SessionErrorCode,
  type SessionEvent,
  SessionEvents,
  SessionException,
  type SessionExceptionCode,
  SessionStoreUnavailableException,
  SessionTooLargeError,
  SessionTooLargeException,
  StoreUnavailableError,
  SystemClock,
  UnauthenticatedException,
} from './common/index.js';
export {
  DoctorError,
  type DoctorOptions,
  type Finding,
  type FindingCode,
  type FindingSeverity,
  SessionDoctor,
} from './doctor/index.js';
export {
  type AnyRequest,
  CurrentSession,
  PassiveSession,
  rawRequest,
  type SessionCookieOptions,
  sessionOf,
  type SessionRequest,
} from './http/index.js';
export type { SessionRedisOptions } from './redis/index.js';
export type { RememberMeOptions } from './remember-me/index.js';
export {
  handleOf,
  type IdFormat,
  type SessionLifeOptions,
  type SessionSerializer,
  SessionRegistry,
  SessionService,
  type TimeoutsOf,
} from './session/index.js';
export { SessionModule } from './session.module.js';
export type { SessionModuleOptions } from './session-module.options.js';
export {
  encryptingSerializer,
  type EncryptingSerializerOptions,
  RedisSessionStore,
  type RedisSessionStoreOptions,
  type SerializerContext,
} from './store/index.js';
