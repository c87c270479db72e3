/**
 * A real Redis for development and tests on any machine.
 *
 * `startRedis()` takes, in this order: the server that `REDIS_URL` names; `redis-server` or `valkey-server` on PATH; Docker,
 * through testcontainers; a private copy of the Debian or Ubuntu package, without root. It says which one it took, and throws
 * with advice when there is none. It never fakes one. `startSentinel()` and `startCluster()` start several processes that belong
 * together and can be killed, frozen and cut off one by one.
 *
 * How it hangs together: start.redis (the order) -> *.way (one file a way) -> local.binary (find one), local.server (run one) ->
 * server.process -> process.keeper (nothing outlives this process). start.sentinel and start.cluster -> topology.start (ports and
 * the relay) -> topology.node (one process) -> server.process; topology.nodes is what both give to their caller.
 */
export { startCluster } from './start.cluster.js';
export { startRedis } from './start.redis.js';
export { startSentinel } from './start.sentinel.js';
export { RedisAnywhereError, type RedisAnywhereErrorCode } from './redis-anywhere.error.js';
export type { RedisServer, RedisWay, StartRedisOptions } from './start-redis.options.js';
export type {
  PartitionOptions,
  RedisCluster,
  RedisNode,
  RedisSentinel,
  RedisTopology,
  StartSentinelOptions,
  StartTopologyOptions,
} from './start-topology.options.js';
