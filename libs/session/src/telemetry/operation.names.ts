import type { ProbedOperation } from '../common/index.js';

/** `db.operation.name` of each operation that asks Redis, and the name of its span. A new one does not compile until it stands here. */
export const OPERATION_NAMES = {
  load: 'session.load',
  confirm: 'session.confirm',
  save: 'session.save',
  update: 'session.update',
  touch: 'session.touch',
  destroy: 'session.destroy',
  regenerate: 'session.regenerate',
  inspect: 'session.inspect',
  reserve: 'login_attempt.reserve',
  settle: 'login_attempt.settle',
  challenge: 'login_attempt.challenge',
} as const satisfies Record<ProbedOperation, string>;

/** Attributes by OpenTelemetry's semantic conventions. */
export const DB_SYSTEM = 'db.system.name';
export const DB_OPERATION = 'db.operation.name';
export const DB_STATUS = 'db.response.status_code';
export const ERROR_TYPE = 'error.type';

/** Attributes of this library. Not below `session`, which the conventions use for sessions of their own. */
export const OUTCOME = 'redis_session.outcome';
export const CONFLICTS = 'redis_session.conflict_count';
export const END_REASON = 'redis_session.end_reason';
export const BLOCKED_BY = 'redis_session.blocked_by';
export const DECIDED_BY = 'redis_session.decided_by';
