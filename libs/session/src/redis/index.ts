/**
 * redis: one connection (or the application's own client), a gate that bounds every call, scripts.
 *
 * Flow: a room calls `run` or `script` -> gate (deadline, bound) -> ioredis -> Redis.
 * May import: common. Invariant: no call outlives `redis.maxWait`; no `error` event is without a listener.
 */
export { ClusterShards } from './cluster.shards.js';
export type { DurabilityOptions } from './durability.options.js';
export type { CallQueue } from './call.limits.js';
export { infoFields, numberOf } from './info.fields.js';
export { primariesOf, scanKeys } from './key.scan.js';
export { type LuaScript, luaScript } from './lua.script.js';
export { explainFailure, isRefusal, messageOf } from './redis.failures.js';
export { KeyTracking, type KeyTrackingListener } from './key.tracking.js';
export { isCluster, notOnCluster, withConnectionOfItsOwn } from './own.connection.js';
export { addressOf, PrimaryWatch } from './primary.watch.js';
export { RedisConnection } from './redis.connection.js';
export {
  type RedisAddress,
  type ResolvedRedisOptions,
  resolveRedisOptions,
  type SessionRedisOptions,
} from './redis.options.js';
