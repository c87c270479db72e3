import { Cluster, Redis } from 'ioredis';
import { infoFields } from './info.fields.js';
import { describeTarget, isEncrypted } from './redis.client.js';
import { explainStart, isReplyError } from './redis.failures.js';
import type { RedisAddress, ResolvedRedisOptions } from './redis.options.js';

/** Why the start ends. */
export interface StartProblem {
  readonly message: string;
  readonly cause: unknown;
}

/**
 * Says why Redis cannot be used.
 *
 * Of a Cluster ioredis tells only that no node told it which slots it serves, whatever the reason was. Those that were named are asked directly then.
 *
 * @param lastError what the client said last, if anything
 */
export async function findStartProblem(
  client: Redis | Cluster,
  { cluster = [] }: ResolvedRedisOptions,
  lastError: unknown,
): Promise<StartProblem> {
  const problems =
    client instanceof Cluster ? await Promise.all(cluster.map((node) => ask(client, node))) : [];
  // One that answers knows more than one that does not.
  const told = problems.find(({ cause }) => cause === undefined || isReplyError(cause)) ?? problems[0];
  return (
    told ??
    problem(describeTarget(client), explainStart(lastError, { isEncrypted: isEncrypted(client) }), lastError)
  );
}

const problem = (target: string, reason: string, cause: unknown): StartProblem => ({
  message: `Redis at ${target} cannot be used: ${reason}`,
  cause,
});

async function ask(cluster: Cluster, address: RedisAddress): Promise<StartProblem> {
  const node = new Redis({
    ...cluster.options.redisOptions,
    ...address,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  const target = `${describeTarget(node)}, a node of the Cluster,`;
  // What connecting fails with is told by this event alone.
  let failure: unknown;
  node.on('error', (error) => (failure ??= error));
  try {
    await node.connect();
    const state = infoFields(await node.cluster('INFO')).get('cluster_state');
    const reason =
      state === 'ok'
        ? 'it serves, but the nodes that it names (CLUSTER SLOTS) cannot be reached from here: tell in natMap where they are.'
        : `the Cluster does not serve (cluster_state:${state} in CLUSTER INFO): look for slots without a primary.`;
    return problem(target, reason, undefined);
  } catch (error) {
    const cause = failure ?? error;
    return problem(target, explainStart(cause, { isEncrypted: isEncrypted(node) }), cause);
  } finally {
    node.disconnect();
  }
}
