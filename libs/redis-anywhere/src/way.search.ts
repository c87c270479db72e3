import { ADVICE } from './redis.advice.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { WayUnavailable } from './way-unavailable.error.js';

/**
 * What the first way leads to that can be had on this machine; with a forced one, no other is tried.
 *
 * @throws RedisAnywhereError `WAY_UNAVAILABLE` when the forced one cannot be had, `NO_REDIS` with a line a way when none can
 */
export async function firstOf<W extends string, T>(
  ways: readonly W[],
  forced: W | undefined,
  take: (way: W) => Promise<T>,
): Promise<T> {
  const failures: string[] = [];
  for (const way of forced ? [forced] : ways) {
    try {
      return await take(way);
    } catch (error) {
      if (!(error instanceof WayUnavailable)) throw error;
      if (forced) {
        const message = `Redis was to come by way of '${way}' only (option via or REDIS_VIA), but ${error.message}.`;
        throw new RedisAnywhereError('WAY_UNAVAILABLE', message, { cause: error });
      }
      failures.push(`  ${way.padEnd(16)} ${error.message}`);
    }
  }
  throw new RedisAnywhereError('NO_REDIS', `No Redis was found. Tried:\n${failures.join('\n')}\n${ADVICE}`);
}
