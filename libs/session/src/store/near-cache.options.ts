import {
  checkDuration,
  checkNames,
  InvalidOptionError,
  type Milliseconds,
  minutes,
  show,
} from '../common/index.js';
import type { NearCacheLimits } from './near.cache.js';

/**
 * Keeps the sessions that were read lately in the process, so that reading one again asks Redis nothing. Redis tells when one changes
 * (client-side caching), which takes a second connection. What a session may do is looked up in Redis all the same: every write,
 * `@FreshLogin()` and `@Roles()`.
 *
 * The price: after a logout or `revoke` in another process this one may answer plain reads of the session for some milliseconds, and for two
 * seconds at most if a connection is lost without a word. For one Redis or a Sentinel, not for a Cluster.
 */
export interface NearCacheOptions {
  /**
   * Sessions kept, the ones asked for last. One takes about twice the memory of its JSON.
   *
   * @default 10,000
   */
  maxEntries?: number;
  /**
   * How long one is believed without being read again, at most.
   *
   * @default 1 minute
   */
  maxAge?: Milliseconds;
}

/** Checks the option group `nearCache`; `undefined` where none is wanted. @throws InvalidOptionError */
export function resolveNearCacheOptions(options: NearCacheOptions | undefined): NearCacheLimits | undefined {
  if (options === undefined) return undefined;
  checkNames('nearCache', options, ['maxEntries', 'maxAge']);
  const { maxEntries = 10_000 } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw new InvalidOptionError(
      'nearCache.maxEntries',
      `must be a whole number of at least 1; it got ${show(maxEntries)}. Leave nearCache out to have none.`,
    );
  }
  return { maxEntries, maxAge: checkDuration('nearCache.maxAge', options.maxAge, minutes(1)) };
}
