import type { Cluster, Redis } from 'ioredis';
import { InvalidOptionError } from '../common/index.js';
import type { ResolvedRedisOptions } from './redis.options.js';

/**
 * The same Redis over a connection that nobody else has: a client that was given is not used itself, but one with its options.
 *
 * @throws InvalidOptionError for a Cluster
 */
export function withConnectionOfItsOwn(options: ResolvedRedisOptions): ResolvedRedisOptions {
  const { client } = options;
  if (client === undefined) return options;
  if (isCluster(client)) throw notOnCluster();
  return { ...options, client: undefined, options: client.options };
}

/** By its own word and not by `instanceof`: it may be of another copy of ioredis. */
export const isCluster = (client: Redis | Cluster): client is Cluster => client.isCluster;

export const notOnCluster = (): InvalidOptionError =>
  new InvalidOptionError(
    'nearCache',
    'cannot be used on a Redis Cluster: there, no connection is told of the changes on all nodes. Leave nearCache out; every read then asks Redis once.',
  );
