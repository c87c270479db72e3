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
import { WayUnavailable } from './way-unavailable.error.js';

const WAYS: Readonly<Record<RedisWay, (settings: StartSettings) => Promise<RedisServer>>> = {
  url: connectToUrl,
  path: startFromPath,
  docker: startInDocker,
  'debian-package': startFromDebianPackage,
};

const ADVICE = `To get a Redis:
  Debian, Ubuntu   sudo apt-get install redis-server
  Fedora           sudo dnf install valkey
  Alpine           sudo apk add redis
  macOS            brew install redis
  Windows          install Docker Desktop, or use WSL, or install Memurai and set REDIS_URL
  anywhere         set REDIS_URL=redis://user:password@host:6379/0 to a server you have, or start Docker (npm package testcontainers)`;

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
  const failures: string[] = [];
  for (const way of forced ? [forced] : REDIS_WAYS) {
    try {
      const server = await WAYS[way](settings);
      settings.onProgress(`using ${server.description}.`);
      return server;
    } catch (error) {
      if (!(error instanceof WayUnavailable)) throw error;
      if (forced) {
        const message = `Redis was to come by way of '${way}' only (option via or REDIS_VIA), but ${error.message}.`;
        throw new RedisAnywhereError('WAY_UNAVAILABLE', message, { cause: error });
      }
      failures.push(`  ${way.padEnd(16)} ${error.message}`);
    }
  }
  throw new RedisAnywhereError('NO_REDIS', `No Redis was found. Tried:\n${failures.join('\n')}\n${ADVICE}`);
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
