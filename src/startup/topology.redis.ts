import { RedisAnywhereError, startCluster, startSentinel } from 'redis-anywhere';
import { FailoverReport, type StartedTopology } from './failover.report.js';
import { type ApplicationRedis, environmentFor, type Topology } from './redis.environment.js';
import { StartupError } from './startup.error.js';

/** Sessions use GETDEL and ZADD GT. */
const LEAST_VERSION = 6.2;

const WORDS: Readonly<Record<Topology, { what: string; variables: string }>> = {
  sentinel: {
    what: 'a primary, two replicas and three Sentinels',
    variables: 'REDIS_SENTINELS=host:26379,host:26379 REDIS_PRIMARY_NAME=mymaster',
  },
  cluster: {
    what: 'a Cluster of three primaries with a replica each',
    variables: 'REDIS_CLUSTER=host:6379,host:6379',
  },
};

/**
 * Starts Sentinels or a Cluster of the application's own. Their data is forgotten when they end; one node that ends alone is said, and
 * started again.
 *
 * @throws StartupError where this machine cannot have them, with what is missing and what to do instead
 */
export async function openTopology(
  topology: Topology,
  say: (line: string) => void,
): Promise<ApplicationRedis> {
  const { what } = WORDS[topology];
  say(`Redis: starting ${what}; their data is forgotten when they end`);
  const report = new FailoverReport(say);
  const started = await start(topology, {
    onProgress: (line) => say(`Redis: ${line}`),
    onUnexpectedExit: (reason) => report.told(reason),
  }).catch((error: unknown) => {
    throw explained(error, topology);
  });
  const { nodes, redis, environment } = started;
  if (isTooOld(nodes.description)) {
    await nodes.stop();
    throw new StartupError(
      `Redis ${LEAST_VERSION} or later is needed, for GETDEL and ZADD GT, and this is ${nodes.description.split(',', 1)[0]}. Install a later one, or name your own: ${WORDS[topology].variables} npm start`,
    );
  }
  await report.follow(started);
  return {
    redis,
    environment: environmentFor(environment),
    advice: () => report.advice(),
    stop: async () => {
      report.end();
      await nodes.stop();
    },
  };
}

async function start(
  topology: Topology,
  listeners: { onProgress: (line: string) => void; onUnexpectedExit: (reason: string) => void },
): Promise<StartedTopology> {
  if (topology === 'sentinel') {
    const nodes = await startSentinel(listeners);
    const { name } = nodes;
    const sentinels = [...nodes.sentinels];
    return {
      nodes,
      redis: { sentinels, name },
      environment: { REDIS_SENTINELS: listOf(sentinels), REDIS_PRIMARY_NAME: name },
      primaries: async () => [await nodes.primary()],
    };
  }
  const nodes = await startCluster(listeners);
  const cluster = nodes.nodes.map(({ host, port }) => ({ host, port }));
  return {
    nodes,
    redis: { cluster },
    environment: { REDIS_CLUSTER: listOf(cluster) },
    primaries: () => nodes.primaries(),
  };
}

const listOf = (addresses: readonly { host: string; port: number }[]): string =>
  addresses.map(({ host, port }) => `${host}:${port}`).join(',');

/** `Redis 7.0.15, ...`; a Valkey has what is needed. */
function isTooOld(description: string): boolean {
  const [, version = LEAST_VERSION] = /^Redis (\d+\.\d+)/.exec(description) ?? [];
  return Number(version) < LEAST_VERSION;
}

/** Where there is no Redis to start, with what the general advice cannot know: that neither Docker nor REDIS_URL helps here. */
function explained(error: unknown, topology: Topology): unknown {
  if (!(error instanceof RedisAnywhereError) || error.code === 'START_FAILED') return error;
  const { what, variables } = WORDS[topology];
  return new StartupError(
    `${error.message}\nstart:${topology} starts ${what} as processes of this machine, so it needs redis-server or valkey-server on the PATH (on Windows in WSL); Docker and REDIS_URL do not do. ` +
      `Or name your own: ${variables} npm start`,
    { cause: error },
  );
}
