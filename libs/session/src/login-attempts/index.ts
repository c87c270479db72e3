/**
 * login-attempts: how many passwords may be tried.
 *
 * Flow: account, address, device token -> fold and hash -> what this process knows to be blocked -> one script -> verdict.
 * May import: redis, common. Invariants: counted before the password is checked; no name and no address in Redis, no key without an
 * expiry; whatever happens, nobody is let through uncounted; nothing here knows of requests.
 */
export type { AttemptPolicyOptions } from './attempt.policy.js';
export { KeyNames } from './attempt.keys.js';
export { AttemptStore } from './attempt.store.js';
export type { LoginAttemptSource, LoginAttemptStatus, LoginAttemptVerdict } from './attempt.verdict.js';
export type { ChallengedAttempt, ChallengeOptions, ResolvedChallenge } from './challenge.options.js';
export type { SucceededAttempt } from './attempt.settlement.js';
export { LoginAttemptLimiter } from './login-attempt.limiter.js';
export {
  type KnownDeviceOptions,
  LOGIN_ATTEMPTS_OPTIONS,
  type LoginAttemptsOptions,
  type ResolvedLoginAttemptsOptions,
  resolveLoginAttemptsOptions,
} from './login-attempts.options.js';
export type { LoginAttemptLimits, LoginBlock, LoginBlocks, LoginBlockSearch } from './login.block.js';
export { MemoryAttemptStore } from './memory-attempt.store.js';
export { UNLIMITED } from './verdict.making.js';
export { RedisAttemptStore } from './redis-attempt.store.js';
