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
  type MaxSessionsOf,
  Public,
  type Reauthentication,
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
  type EventOptions,
  FreshLoginRequiredException,
  hours,
  InsufficientRoleException,
  InvalidCredentialsException,
  InvalidOptionError,
  type LoginFailureReason,
  type Milliseconds,
  minutes,
  seconds,
  SessionEndedError,
  SessionEndedException,
  type SessionEndReason,
  SessionError,
  type SessionErrorCode,
  type SessionEvent,
  type SessionEventOf,
  SessionEvents,
  type SessionEventType,
  SessionException,
  type SessionExceptionCode,
  SessionExpiredException,
  SessionLimitException,
  SessionStolenException,
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
  type ListedSession,
  type RevocationProgress,
  type SessionLifeOptions,
  type SessionSerializer,
  type SessionLevel,
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
