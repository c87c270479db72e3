import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import { RedisAnywhereError, type RedisServer, startRedis } from 'redis-anywhere';
import { type ApplicationRedis, environmentFor, type Topology } from './redis.environment.js';
import { openTopology } from './topology.redis.js';

/** How long an instance waits for another one that is just starting or stopping the Redis that they share, ms. */
const PATIENCE = 6_000;
const PAUSE = 100;
/** After a crash, ms: long enough to see how the application answers without Redis. */
const RESTART_AFTER = 3_000;

export interface ApplicationRedisOptions {
  /** The one that the environment names. */
  redis: SessionRedisOptions | undefined;
  /** What to start instead of a single server. */
  topology: Topology | undefined;
  /** Folder for the data of a Redis that is started here, so that sessions outlive a restart. */
  cacheFolder: string;
  /** Told one line at a time. */
  say: (line: string) => void;
}

/**
 * The Redis to run on: the one that the environment names; Sentinels or a Cluster, if that is asked for; otherwise one of the
 * application's own, whose data is kept. Only one Redis can work on that data, so a second instance uses that of the first.
 *
 * @throws RedisAnywhereError when there is none
 * @throws StartupError when Sentinels or a Cluster cannot be had here
 */
export async function openRedis({
  redis,
  topology,
  cacheFolder,
  say,
}: ApplicationRedisOptions): Promise<ApplicationRedis> {
  const onProgress = (line: string): void => say(`Redis: ${line}`);
  if (topology !== undefined) return openTopology(topology, say);
  if (redis?.url !== undefined)
    return servedBy(await startRedis({ via: 'url', env: { REDIS_URL: redis.url }, onProgress }));
  if (redis !== undefined) {
    say(`Redis: using ${describeNamed(redis)}`);
    // The environment that names it is passed on as it is.
    return { redis, environment: {}, stop: () => Promise.resolve() };
  }
  const noticePath = join(cacheFolder, 'redis-url');
  const giveUpAt = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await startOwn({ cacheFolder, noticePath, say, onProgress });
    } catch (error) {
      if (!(error instanceof RedisAnywhereError) || error.code !== 'DIR_IN_USE') throw error;
      const shared = await findShared(noticePath);
      if (shared !== undefined) {
        say(
          `Redis: using ${shared.url}, which another instance of this application has started and which ends with it. Set REDIS_URL for one that stays.`,
        );
        return servedBy(shared);
      }
      if (Date.now() >= giveUpAt) {
        throw new RedisAnywhereError(
          error.code,
          `${error.message} Or set REDIS_URL to a Redis of your own.`,
          {
            cause: error,
          },
        );
      }
    }
    await delay(PAUSE);
  }
}

function servedBy(server: RedisServer): ApplicationRedis {
  const { url } = server;
  return { redis: { url }, environment: environmentFor({ REDIS_URL: url }), stop: () => server.stop() };
}

/** Names and addresses only. */
function describeNamed({ sentinels = [], name, cluster = [] }: SessionRedisOptions): string {
  const isBehindSentinels = sentinels.length > 0;
  const list = (isBehindSentinels ? sentinels : cluster)
    .map((one) => (typeof one === 'string' ? one : `${one.host}:${one.port}`))
    .join(', ');
  return isBehindSentinels
    ? `the primary "${name}" that the Sentinels at ${list} know, from REDIS_SENTINELS`
    : `the Cluster with nodes at ${list}, from REDIS_CLUSTER`;
}

async function startOwn(options: {
  cacheFolder: string;
  noticePath: string;
  say: (line: string) => void;
  onProgress: (line: string) => void;
}): Promise<ApplicationRedis> {
  const { cacheFolder, noticePath, say } = options;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  const server = await startRedis({
    dir: join(cacheFolder, 'redis'),
    args: ['--appendonly', 'yes'],
    onProgress: options.onProgress,
    onUnexpectedExit: (reason) => {
      if (isStopping) return;
      say(`Redis: ${reason} It is started again in ${RESTART_AFTER / 1000} seconds.`);
      timer = setTimeout(() => void startAgain(server, say), RESTART_AFTER);
    },
  });
  await announce(noticePath, server.url);
  return {
    ...servedBy(server),
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      // First, so that nobody starts to use what is about to end.
      await rm(noticePath, { force: true }).catch(() => undefined);
      await server.stop();
    },
  };
}

async function startAgain(server: RedisServer, say: (line: string) => void): Promise<void> {
  try {
    await server.restart();
    say(`Redis: started again, ${server.description}.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(`Redis: cannot be started again (${reason}). Stop the application and start it anew.`);
  }
}

/** Tells other instances the URL. Without the notice they only lack a Redis to share, so a failure is none of this one's. */
async function announce(path: string, url: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${url}\n`, { mode: 0o600 })
    .then(() => rename(draft, path))
    .catch(() => undefined);
}

/** The Redis of another instance, if it answers. */
async function findShared(path: string): Promise<RedisServer | undefined> {
  try {
    const url = (await readFile(path, 'utf8')).trim();
    return await startRedis({ via: 'url', env: { REDIS_URL: url }, onProgress: () => undefined });
  } catch {
    return undefined;
  }
}
