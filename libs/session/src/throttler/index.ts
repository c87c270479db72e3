/**
 * throttler (`nestjs-redis-session/throttler`): where @nestjs/throttler, an optional peer, counts the requests of other routes.
 *
 * Flow: ThrottlerGuard -> increment -> count script -> redis. Which routes, how many, and what a client is told stay with
 * @nestjs/throttler, of which this room takes types only.
 * May import: redis, common. Invariants: every key has an expiry; no request waits longer than `redis.maxWait`; a refused one
 * prolongs nothing.
 */
export type { RedisThrottlerStorageOptions } from './redis-throttler.options.js';
export { RedisThrottlerStorage } from './redis-throttler.storage.js';
// The token of SessionModule's connection, to inject it.
export { RedisConnection } from '../redis/index.js';
