import type { Cluster, Redis } from 'ioredis';

/** Every key that starts with `prefix`, by SCAN, which blocks nobody; on a Cluster on each primary in turn. */
export async function scanKeys(client: Redis | Cluster, prefix: string, count: number): Promise<string[]> {
  const nodes: Redis[] = client.isCluster ? (client as Cluster).nodes('master') : [client as Redis];
  // Signs that have a meaning in a pattern would match the keys of others.
  const pattern = `${prefix.replace(/[\\*?[\]]/g, String.raw`\$&`)}*`;
  const keys = new Set<string>();
  for (const node of nodes) {
    let cursor = '0';
    do {
      const [next, found] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', count);
      for (const key of found) keys.add(key);
      cursor = next;
    } while (cursor !== '0');
  }
  return [...keys];
}
