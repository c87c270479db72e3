import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { type Milliseconds, seconds, StoreUnavailableError } from '../common/index.js';
import { isCluster, primariesOf, type RedisConnection } from '../redis/index.js';
import { readSentinelFacts, type SentinelFacts } from './sentinel.facts.js';
import { ifItAnswers, readServerFacts, type ServerFacts, type Topology } from './server.facts.js';

/** What a Redis says of itself: one server, the primary that Sentinels name, or every primary of a Cluster. */
export interface RedisFacts {
  readonly topology: Topology;
  readonly servers: readonly [ServerFacts, ...ServerFacts[]];
  readonly sentinels: SentinelFacts | undefined;
  /** How many replicas must have a write before it counts (`redis.durability`). */
  readonly durableReplicas?: number;
  /** Whether the client was told to read from replicas. */
  readonly readsReplicas: boolean;
  /** What could not be read, in a few words each. Managed services forbid some commands. */
  readonly unreadable: readonly string[];
}

/** Sentinels that are away are not waited for as long as a failover takes. */
const SENTINEL_PATIENCE: Milliseconds = seconds(2);

/**
 * Asks Redis about itself: each server that holds data, and the Sentinels.
 *
 * @throws StoreUnavailableError if none answers within `redis.maxWait`; a forbidden command is no error
 */
export async function readRedisFacts(connection: RedisConnection): Promise<RedisFacts> {
  const { client } = connection;
  const topology = topologyOf(client);
  const primaries = await connection.run(() => Promise.resolve(primariesOf(client)), { repeatable: true });
  const [answers, sentinels] = await Promise.all([
    Promise.all(
      primaries.map((server) => {
        const asked = readServerFacts(connection, server, topology);
        // The others of a Cluster tell what its loss means.
        return topology === 'cluster' ? ifItAnswers(asked) : asked;
      }),
    ),
    topology === 'sentinel'
      ? readSentinelFacts(client.options as RedisOptions, Math.min(connection.maxWait, SENTINEL_PATIENCE))
      : undefined,
  ]);
  const [first, ...others] = answers.filter((answer) => answer !== undefined);
  if (first === undefined) throw new StoreUnavailableError('No primary of the Cluster answers.');
  const servers = [first, ...others] as const;
  const silent = primaries.filter((_, index) => answers[index] === undefined);
  return {
    topology,
    servers,
    sentinels,
    durableReplicas: connection.durability?.replicas,
    readsReplicas: readsReplicas(client),
    unreadable: [
      ...unreadableOf(servers),
      ...silent.map(({ options: { host, port } }) => `${host}:${port} (it does not answer)`),
      ...(sentinels?.isOpen === undefined && sentinels !== undefined
        ? ['ACL GETUSER default of the Sentinels (whether they ask everybody for a password)']
        : []),
    ],
  };
}

function topologyOf(client: Redis | Cluster): Topology {
  if (isCluster(client)) return 'cluster';
  return client.options.sentinels == null ? 'server' : 'sentinel';
}

/** A client that was made by this module never does. */
function readsReplicas(client: Redis | Cluster): boolean {
  if (!isCluster(client)) return client.options.sentinels != null && client.options.role === 'slave';
  const { scaleReads = 'master' } = client.options;
  return scaleReads !== 'master';
}

/** Said once if it is so of all of them. */
function unreadableOf(servers: readonly ServerFacts[]): string[] {
  const texts = new Set(servers.flatMap(({ unreadable }) => unreadable));
  return [...texts].map((text) => {
    const of = servers.filter(({ unreadable }) => unreadable.includes(text));
    return of.length === servers.length ? text : `${text} at ${of.map(({ address }) => address).join(', ')}`;
  });
}
