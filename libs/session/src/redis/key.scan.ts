import type { Cluster, Redis } from 'ioredis';
import type { RedisConnection } from './redis.connection.js';

export interface ScanOptions {
  /** About how many keys Redis looks at in one step. */
  count: number;
  /** Asked after each step; `true` ends the walk. */
  isEnough?: () => boolean;
}

/**
 * Every key that starts with `prefix`, by SCAN, which blocks nobody; on a Cluster on each primary in turn. A key may come twice.
 *
 * @throws StoreUnavailableError
 */
export async function* scanKeys(
  redis: RedisConnection,
  prefix: string,
  { count, isEnough = () => false }: ScanOptions,
): AsyncGenerator<string[]> {
  const nodes = await redis.run((client) => Promise.resolve(primariesOf(client)), { repeatable: true });
  // ioredis puts its own `keyPrefix` before the keys of commands, but neither before a pattern nor off what SCAN finds.
  const outer = redis.client.options.keyPrefix ?? '';
  // Signs that have a meaning in a pattern would match the keys of others.
  const pattern = `${(outer + prefix).replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
  for (const node of nodes) {
    let cursor = '0';
    do {
      const step = cursor;
      const [next, found] = await redis.run(() => node.scan(step, 'MATCH', pattern, 'COUNT', count), {
        repeatable: true,
      });
      if (found.length > 0) yield found.map((key) => key.slice(outer.length));
      if (isEnough()) return;
      cursor = next;
    } while (cursor !== '0');
  }
}

/** The servers that hold the data: one, or of a Cluster every primary. */
export function primariesOf(client: Redis | Cluster): Redis[] {
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}
