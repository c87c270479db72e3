import type { SessionRedisOptions } from 'nestjs-redis-session';
import { StartupError } from './startup.error.js';

/** Every variable that says which Redis to run on. */
const VARIABLES = [
  'REDIS_URL',
  'REDIS_SENTINELS',
  'REDIS_PRIMARY_NAME',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_SENTINEL_TLS',
  'REDIS_CLUSTER',
  'REDIS_USERNAME',
  'REDIS_PASSWORD',
  'REDIS_TLS',
] as const;

/** One of them names a Redis; the others belong to it. */
const NAMING = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER'] as const;
const OF_SENTINELS = VARIABLES.filter(
  (name) => name.startsWith('REDIS_SENTINEL_') || name === 'REDIS_PRIMARY_NAME',
);

type Variable = (typeof VARIABLES)[number];

/** What the application can start for itself besides a single server, as the command line calls it. */
const TOPOLOGIES = ['sentinel', 'cluster'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** What the environment says about Redis. */
export type RedisEnvironment = Readonly<Partial<Record<Variable, string>>>;

/** A Redis that can be used from now on. */
export interface ApplicationRedis {
  /** How to reach it. */
  readonly redis: SessionRedisOptions;
  /** The same for another process of this application. A password in it is seen there by nobody else, as it would be in arguments. */
  readonly environment: NodeJS.ProcessEnv;
  /** A line for whoever wants to see a failover, where there can be one. */
  readonly advice?: () => string;
  /** Ends it if this process started it. */
  stop(): Promise<void>;
}

/** The variable that named it. */
export function variableOf({ sentinels, cluster }: SessionRedisOptions = {}): (typeof NAMING)[number] {
  if (sentinels !== undefined) return 'REDIS_SENTINELS';
  return cluster === undefined ? 'REDIS_URL' : 'REDIS_CLUSTER';
}

/** What the environment of another process has to be so that it takes the same Redis, whatever stands in this one's. */
export function environmentFor(redis: RedisEnvironment): NodeJS.ProcessEnv {
  return { ...Object.fromEntries(VARIABLES.map((name) => [name, undefined])), ...redis };
}

/**
 * The Redis that the environment names: a server, the Sentinels of a primary, or a Cluster. `undefined` if it names none. No error shows
 * what a variable holds: somebody may have written a password into the wrong one.
 *
 * @throws StartupError naming the variable, and what it may hold
 */
export function redisFrom(environment: NodeJS.ProcessEnv): SessionRedisOptions | undefined {
  const given: RedisEnvironment = Object.fromEntries(
    VARIABLES.map((name) => [name, environment[name] || undefined]),
  );
  const naming = NAMING.filter((name) => given[name] !== undefined);
  const [named] = naming;
  if (naming.length > 1) {
    throw new StartupError(
      `${naming.join(' and ')} are set, and only one Redis can be meant: unset the others.`,
    );
  }
  refuseUseless(given, named);
  if (named === 'REDIS_SENTINELS') return { ...ofSentinels(given), ...credentialsIn(given) };
  if (named === 'REDIS_CLUSTER') {
    return { cluster: addressesIn('REDIS_CLUSTER', given.REDIS_CLUSTER, 6_379), ...credentialsIn(given) };
  }
  return given.REDIS_URL === undefined ? undefined : { url: given.REDIS_URL };
}

/**
 * The argument of `node dist/main.js`: what to start.
 *
 * @throws StartupError if there is no such thing, or if the environment names a Redis beside it
 */
export function topologyFrom(
  argument: string | undefined,
  environment: NodeJS.ProcessEnv,
): Topology | undefined {
  if (argument === undefined) return undefined;
  const topology = TOPOLOGIES.find((known) => known === argument);
  if (topology === undefined) {
    throw new StartupError(
      `The argument ${JSON.stringify(argument.slice(0, 40))} is unknown: there are sentinel and cluster, and none starts a single Redis.`,
    );
  }
  const named = NAMING.find((variable) => environment[variable]);
  if (named === undefined) return topology;
  throw new StartupError(
    `start:${topology} starts Redis processes of its own, and ${named} names another Redis: unset ${named}, or use that one with npm start.`,
  );
}

/** What would silently do nothing. `REDIS_USERNAME` and `REDIS_PASSWORD` are let be: many hosts set them beside a URL that has both. */
function refuseUseless(given: RedisEnvironment, named: (typeof NAMING)[number] | undefined): void {
  if (named !== 'REDIS_SENTINELS') {
    const [useless] = OF_SENTINELS.filter((name) => given[name] !== undefined);
    if (useless !== undefined) {
      throw new StartupError(
        `${useless} is set without REDIS_SENTINELS: set that too, for example REDIS_SENTINELS=sentinel-1:26379,sentinel-2:26379, or unset ${useless}.`,
      );
    }
  }
  const isTlsWanted = isOn('REDIS_TLS', given.REDIS_TLS);
  if (isTlsWanted && (named === undefined || named === 'REDIS_URL')) {
    throw new StartupError(
      'REDIS_TLS is for REDIS_SENTINELS and REDIS_CLUSTER. For TLS to a single server let REDIS_URL begin with rediss://.',
    );
  }
}

function ofSentinels(given: RedisEnvironment): SessionRedisOptions {
  const name = given.REDIS_PRIMARY_NAME;
  if (name === undefined) {
    throw new StartupError(
      'REDIS_PRIMARY_NAME is not set. It is the name under which the Sentinels know the primary, as in "sentinel monitor <name> ..." of their configuration, for example REDIS_PRIMARY_NAME=mymaster.',
    );
  }
  return {
    sentinels: addressesIn('REDIS_SENTINELS', given.REDIS_SENTINELS, 26_379),
    name,
    sentinelUsername: given.REDIS_SENTINEL_USERNAME,
    sentinelPassword: given.REDIS_SENTINEL_PASSWORD,
    sentinelTls: isOn('REDIS_SENTINEL_TLS', given.REDIS_SENTINEL_TLS) || undefined,
  };
}

function credentialsIn(given: RedisEnvironment): SessionRedisOptions {
  return {
    username: given.REDIS_USERNAME,
    password: given.REDIS_PASSWORD,
    tls: isOn('REDIS_TLS', given.REDIS_TLS) || undefined,
  };
}

/** `host`, `host:port` or `[::1]:port`, with commas between them. */
function addressesIn(variable: Variable, text = '', defaultPort: number): { host: string; port: number }[] {
  return text.split(',').map((one, index) => {
    const [, bracketed, plain, digits] =
      /^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(one.trim()) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits ?? defaultPort);
    if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
    throw new StartupError(
      `${variable} holds something in place ${index + 1} that is no address. It takes host:port, several with commas between them, for example ${variable}=redis-1:${defaultPort},redis-2:${defaultPort}; names, passwords and TLS are variables beside it.`,
    );
  });
}

function isOn(variable: Variable, text: string | undefined): boolean {
  if (text === undefined || text === 'off') return false;
  if (text === 'on') return true;
  throw new StartupError(`${variable} has to be "on" or "off".`);
}
