/**
 * nestjs-redis-session: Redis sessions, login and guards for NestJS.
 *
 * Start with {@link SessionModule}.
 */
export {
  AccessGuard,
  type AccessRefusalCode,
  AuthenticatedGuard,
  type AuthOptions,
  CrossOriginGuard,
  CurrentUser,
  FreshLogin,
  type FreshLoginDemand,
  FreshLoginGuard,
  GuardParts,
  type Identity,
  type LoginAttempt,
  LoginService,
  Public,
  Roles,
  RolesGuard,
  type SessionUser,
  SkipCrossOriginCheck,
  userOf,
} from './auth/index.js';
export {
  Clock,
  CrossOriginException,
  days,
  FreshLoginRequiredException,
  hours,
  InsufficientRoleException,
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
  SessionExpiredException,
  SessionStolenException,
  SessionStoreUnavailableException,
  SessionTooLargeError,
  SessionTooLargeException,
  StoreUnavailableError,
  SystemClock,
  UnauthenticatedException,
} from './common/index.js';
export {
  type AnyRequest,
  CurrentSession,
  PassiveSession,
  rawRequest,
  requestOf,
  type SessionAbsence,
  sessionAbsenceOf,
  type SessionCookieOptions,
  sessionOf,
  type SessionRequest,
} from './http/index.js';
export type { SessionRedisOptions } from './redis/index.js';
export type { RememberMeOptions } from './remember-me/index.js';
export {
  handleOf,
  type IdFormat,
  levelOf,
  type SessionLevel,
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
