import type { Cluster, Redis } from 'ioredis';
import {
  checkNames,
  checkText,
  InvalidOptionError,
  type Milliseconds,
  SessionEvents,
  show,
} from '../common/index.js';
import { RedisConnection, resolveRedisOptions } from '../redis/index.js';

/**
 * What {@link RedisThrottlerStorage} takes.
 *
 * @example
 * new RedisThrottlerStorage({ redis: connection }) // injected: the RedisConnection of SessionModule
 * @example
 * new RedisThrottlerStorage({ redis: new Redis(process.env.REDIS_URL), maxWait: 200 })
 */
export interface RedisThrottlerStorageOptions {
  /** The connection of `SessionModule`, or your own ioredis client, which is used as it is and never closed. No default. */
  redis: RedisConnection | Redis | Cluster;
  /**
   * Start of every key. Applications with different ones do not count together.
   *
   * @default "throttle:"
   */
  prefix?: string;
  /**
   * The longest that one request may wait for your own client; then the answer is 503. A `RedisConnection` has its own,
   * `redis.maxWait` of `SessionModule`.
   *
   * @default 1 second
   */
  maxWait?: Milliseconds;
}

/** {@link RedisThrottlerStorageOptions} checked and with every default filled in. */
interface ResolvedStorageOptions {
  readonly redis: RedisConnection;
  /** Whether the connection was made here, around the application's client. */
  readonly isOwn: boolean;
  readonly prefix: string;
}

/** Checks the options. @throws InvalidOptionError */
export function resolveStorageOptions(options: RedisThrottlerStorageOptions): ResolvedStorageOptions {
  checkNames('throttler', options, ['redis', 'prefix', 'maxWait']);
  const { redis, maxWait } = options;
  const prefix = checkText('throttler.prefix', options.prefix, 'throttle:');
  // By what they can do: a test without Redis puts something else in the connection's place.
  if (!isObject(redis) || !('evalsha' in redis || 'script' in redis)) {
    throw new InvalidOptionError(
      'throttler.redis',
      `must be the RedisConnection of SessionModule or a client of ioredis; it got ${show(redis)}. Inject RedisConnection, or give a client.`,
    );
  }
  if ('evalsha' in redis) {
    const own = resolveRedisOptions({ client: redis, maxWait });
    return { redis: new RedisConnection(own, new SessionEvents()), isOwn: true, prefix };
  }
  if (maxWait !== undefined) {
    throw new InvalidOptionError(
      'throttler.maxWait',
      'is for a client of your own: the connection of SessionModule has redis.maxWait. Remove one of them.',
    );
  }
  return { redis, isOwn: false, prefix };
}

// Whoever has no types may give anything.
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
