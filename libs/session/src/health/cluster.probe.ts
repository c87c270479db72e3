import type { Cluster } from 'ioredis';
import type { Milliseconds } from '../common/index.js';
import { ClusterShards, infoFields, type RedisConnection } from '../redis/index.js';
import { askIfAllowed, probeServer, type Question } from './server.probe.js';
import type { PrimaryHealth } from './session.health.js';

/** A primary and where it is; whether that is told is decided elsewhere. */
export type ProbedPrimary = PrimaryHealth & { readonly address: string };

/**
 * Asks every primary of a Cluster at one time: PING, INFO replication and CLUSTER INFO. A node that lost sight of the others answers
 * PING and refuses everything else, which only the last one tells.
 *
 * @throws StoreUnavailableError if there is no connection to the Cluster in time
 */
export async function probeCluster(
  redis: RedisConnection,
  cluster: Cluster,
  timeout: Milliseconds,
): Promise<ProbedPrimary[]> {
  const endsAt = performance.now() + timeout;
  await redis.run(() => Promise.resolve(), { repeatable: true, within: timeout });
  const within = endsAt - performance.now();
  const shards = new ClusterShards(cluster);
  const primaries = await Promise.all(
    [...shards.primaries()].map(async ([address, slots]): Promise<ProbedPrimary> => {
      const question: Question = { node: () => nodeAt(shards, address), within, isPatient: false };
      try {
        const [{ role: _, ...health }, state] = await Promise.all([
          probeServer(redis, question),
          askIfAllowed(redis, question, () => nodeAt(shards, address).cluster('INFO')),
        ]);
        const isServing = infoFields(state).get('cluster_state') !== 'fail';
        return { status: isServing ? 'up' : 'down', slots, ...health, address };
      } catch {
        return { status: 'down', slots, address };
      }
    }),
  );
  // Where nobody asks for its keys, nothing else lets ioredis look for the successor of a lost primary.
  if (primaries.some(({ status }) => status === 'down')) cluster.refreshSlotsCache();
  return primaries;
}

function nodeAt(shards: ClusterShards, address: string) {
  const found = shards.connectionTo(address);
  if (found === undefined) throw new Error('There is no connection to this node.');
  return found;
}
