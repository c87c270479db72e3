/**
 * health (`nestjs-redis-session/health`): how the Redis of the sessions is, for health checks with @nestjs/terminus, an optional peer.
 *
 * Flow: a probe asks the application -> SessionHealthIndicator -> server.probe or cluster.probe (PING, INFO) -> health.verdict.
 * May import: redis, common. Invariants: a check never takes longer than `timeout`, and however many ask at one time, Redis is asked
 * once; what Redis does not tell is left out; no address is told unless `showAddresses` says so, and a secret never.
 */
export type { PrimaryHealth, SessionHealth, SessionHealthReason } from './session.health.js';
export { SessionHealthIndicator } from './session-health.indicator.js';
export { SessionHealthModule } from './session-health.module.js';
export type { SessionHealthOptions } from './session-health.options.js';
