import type { Cluster, Redis } from 'ioredis';
import type { RedisConnection } from '../redis/index.js';

/**
 * Every key that starts with `prefix`, by SCAN, which blocks nobody; on a Cluster on each primary in turn.
 *
 * @throws StoreUnavailableError
 */
export async function scanKeys(redis: RedisConnection, prefix: string, count: number): Promise<string[]> {
  const keys = new Set<string>();
  for await (const page of scanPages(redis, prefix, count)) for (const key of page) keys.add(key);
  return [...keys];
}

/**
 * The same step by step, so that all keys need never be in memory. Pages may be empty, and a key may come more than once.
 *
 * @throws StoreUnavailableError
 */
export async function* scanPages(
  redis: RedisConnection,
  prefix: string,
  count: number,
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
      yield found.map((key) => key.slice(outer.length));
      cursor = next;
    } while (cursor !== '0');
  }
}

function primariesOf(client: Redis | Cluster): Redis[] {
  return client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
}
