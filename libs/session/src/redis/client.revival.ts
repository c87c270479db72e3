import type { Cluster, Redis } from 'ioredis';
import type { Milliseconds } from '../common/index.js';

/** Somebody else's end is not undone in a tight loop. */
const PAUSE: Milliseconds = 50;

/**
 * Connects a client again that ended although nobody ended it. ioredis does that behind Sentinels: when they name a new primary in the
 * very moment in which it asks one of them for it, it gives up for good, and every request from then on would be a 503.
 *
 * @param isWanted whether it should be connected
 */
export function revive(client: Redis | Cluster, isWanted: () => boolean): void {
  client.on('end', () => {
    if (!isWanted()) return;
    setTimeout(() => {
      if (isWanted() && client.status === 'end') client.connect().catch(() => undefined);
    }, PAUSE).unref();
  });
}
