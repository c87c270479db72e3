import { startFromDebianPackage } from './debian-package.way.js';
import { startInDocker } from './docker.way.js';
import { startFromPath } from './path.way.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import {
  REDIS_WAYS,
  type RedisServer,
  type RedisWay,
  type StartRedisOptions,
  type StartSettings,
} from './start-redis.options.js';
import { connectToUrl } from './url.way.js';
import { firstOf } from './way.search.js';

const WAYS: Readonly<Record<RedisWay, (settings: StartSettings) => Promise<RedisServer>>> = {
  url: connectToUrl,
  path: startFromPath,
  docker: startInDocker,
  'debian-package': startFromDebianPackage,
};

/**
 * Starts a Redis, or finds the one that `REDIS_URL` names, and resolves when it answers.
 *
 * @throws RedisAnywhereError with `NO_REDIS` when no way leads to one, `WAY_UNAVAILABLE` when the one asked for does not,
 * `URL_UNREACHABLE` when `REDIS_URL` is set and does not answer (no other way is tried), `START_FAILED` when a server was found
 * but does not come up, `BAD_OPTION`, `DIR_IN_USE`.
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const settings = settingsFrom(options);
  const forced = forcedWay(options.via, settings.env['REDIS_VIA']);
  return firstOf(REDIS_WAYS, forced, async (way) => {
    const server = await WAYS[way](settings);
    settings.onProgress(`using ${server.description}.`);
    return server;
  });
}

function settingsFrom({ via: _, ...options }: StartRedisOptions): StartSettings {
  const { port, startTimeout = 30_000 } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    throw new RedisAnywhereError('BAD_OPTION', `The option port is ${port}; allowed are 1 to 65535.`);
  }
  if (!(startTimeout > 0)) {
    throw new RedisAnywhereError(
      'BAD_OPTION',
      `The option startTimeout is ${startTimeout}; it takes milliseconds above 0.`,
    );
  }
  return {
    ...options,
    startTimeout,
    args: options.args ?? [],
    image: options.image ?? 'redis:8-alpine',
    env: options.env ?? process.env,
    onProgress: options.onProgress ?? ((line) => process.stderr.write(`redis-anywhere: ${line}\n`)),
  };
}

function forcedWay(option: string | undefined, variable: string | undefined): RedisWay | undefined {
  const wanted = option ?? (variable || undefined);
  if (wanted === undefined) return undefined;
  const way = REDIS_WAYS.find((known) => known === wanted);
  if (way) return way;
  const name = option === undefined ? 'The variable REDIS_VIA' : 'The option via';
  throw new RedisAnywhereError('BAD_OPTION', `${name} is '${wanted}'; allowed are ${REDIS_WAYS.join(', ')}.`);
}
