/**
 * A real Redis for development and tests on any machine.
 *
 * `startRedis()` takes, in this order: the server that `REDIS_URL` names; `redis-server` or `valkey-server` on PATH; Docker,
 * through testcontainers; a private copy of the Debian or Ubuntu package, without root. It says which one it took, and throws
 * with advice when there is none. It never fakes one.
 *
 * How it hangs together: start.redis (the order) -> *.way (one file a way) -> server.binary and debian.package (find one),
 * local.server (run one) -> process.keeper (nothing outlives this process).
 */
export { startRedis } from './start.redis.js';
export { RedisAnywhereError, type RedisAnywhereErrorCode } from './redis-anywhere.error.js';
export type { RedisServer, RedisWay, StartRedisOptions } from './start-redis.options.js';
