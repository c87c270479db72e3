/**
 * doctor: what should be otherwise about the options, the HTTP adapter, the routes and Redis, although nothing of it is a mistake that could be
 * refused.
 *
 * Flow: options, adapter, routes, facts of Redis -> examinations (pure) -> findings -> the log at start, or whoever asks.
 * May import: redis, http, the options of every room, common. Invariants: it changes nothing; the start never waits for it
 * unless `strict` is set; a Redis that forbids a question is no error; no finding holds a secret or a session's data.
 */
export { DoctorError } from './doctor.error.js';
export { type DoctorOptions, type ResolvedDoctorOptions, resolveDoctorOptions } from './doctor.options.js';
export { type Finding, FINDING_CODES, type FindingCode, type FindingSeverity, lineOf } from './finding.js';
export { examineRedis } from './redis.examination.js';
export { readRedisFacts, type RedisFacts } from './redis.facts.js';
export type { SentinelFacts } from './sentinel.facts.js';
export type { ServerFacts } from './server.facts.js';
export { SessionDoctor } from './session.doctor.js';
