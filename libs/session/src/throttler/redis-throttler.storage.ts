import type { OnApplicationShutdown } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import {
  type Milliseconds,
  randomToken,
  SessionError,
  SessionStoreUnavailableException,
  show,
  StoreUnavailableError,
} from '../common/index.js';
import type { RedisConnection } from '../redis/index.js';
import { countHit } from './count.script.js';
import { type RedisThrottlerStorageOptions, resolveStorageOptions } from './redis-throttler.options.js';

/** What `increment` answers; @nestjs/throttler does not export it by name. The two times are whole seconds, rounded up. */
type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** Tells apart the hits of one key. */
const ID_BYTES = 9;

/**
 * Where @nestjs/throttler counts, in Redis: all processes of an application count together, with the meaning of the storage in
 * memory that it has by itself. One key and one script a request, see count.script.ts.
 *
 * @example
 * ThrottlerModule.forRootAsync({
 *   inject: [RedisConnection],
 *   useFactory: (redis: RedisConnection) => ({
 *     throttlers: [{ ttl: seconds(60), limit: 100 }],
 *     storage: new RedisThrottlerStorage({ redis }),
 *   }),
 * })
 */
export class RedisThrottlerStorage implements ThrottlerStorage, OnApplicationShutdown {
  private readonly redis: RedisConnection;
  private readonly isOwn: boolean;
  private readonly prefix: string;

  /** @throws InvalidOptionError */
  constructor(options: RedisThrottlerStorageOptions) {
    const { redis, isOwn, prefix } = resolveStorageOptions(options);
    this.redis = redis;
    this.isOwn = isOwn;
    this.prefix = prefix;
  }

  /**
   * Counts one request; called by `ThrottlerGuard`, with this very list of arguments.
   *
   * @param ttl how long the request counts, in milliseconds, as is `blockDuration`: how long the key is blocked once more than
   *   `limit` count. 0 or less blocks until the oldest one counts no more.
   * @returns times in whole seconds, rounded up, for the headers
   * @throws SessionStoreUnavailableException 503 if Redis does not answer within `redis.maxWait`; whether it was counted is unknown.
   *   SessionError `INVALID_OPTION` if a number cannot be meant
   */
  async increment(
    key: string,
    ttl: Milliseconds,
    limit: number,
    blockDuration: Milliseconds,
    throttlerName: string,
  ): Promise<ThrottlerRecord> {
    check(throttlerName, 'ttl', ttl, 0);
    check(throttlerName, 'limit', limit);
    check(throttlerName, 'blockDuration', blockDuration);
    try {
      const { totalHits, windowLeft, isBlocked, blockLeft } = await countHit(this.redis, {
        key: `${this.prefix}{${encode(throttlerName)}:${encode(key)}}`,
        id: randomToken(ID_BYTES),
        ttl: Math.ceil(ttl),
        limit,
        blockDuration: Math.ceil(blockDuration),
      });
      return {
        totalHits,
        timeToExpire: Math.ceil(windowLeft / 1000),
        isBlocked,
        timeToBlockExpire: Math.ceil(blockLeft / 1000),
      };
    } catch (cause) {
      throw cause instanceof StoreUnavailableError ? new SessionStoreUnavailableException({ cause }) : cause;
    }
  }

  /** Called by Nest after the HTTP server has answered its last request. Your own client stays open. */
  async onApplicationShutdown(): Promise<void> {
    if (this.isOwn) await this.redis.close();
  }
}

/** Braces in it would change which part of the key Redis Cluster hashes, a colon would let two names and keys look alike. */
function encode(part: string): string {
  // Half of a pair, which only broken text has, cannot be encoded.
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

function check(throttler: string, name: string, value: number, least = -Number.MAX_SAFE_INTEGER): void {
  if (Number.isFinite(value) && value >= least && value <= Number.MAX_SAFE_INTEGER) return;
  throw new SessionError(
    'INVALID_OPTION',
    `RedisThrottlerStorage: ${name} of the throttler "${throttler}" must be a finite number${least === 0 ? ', 0 or more' : ''}; ` +
      `it got ${show(value)}. Times are milliseconds; for no limit at all use skipIf or @SkipThrottle().`,
  );
}
