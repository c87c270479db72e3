import type { ConnectionOptions } from 'node:tls';
import type { Cluster, NatMap, Redis, RedisOptions } from 'ioredis';
import {
  checkBoolean,
  checkDuration,
  checkNames,
  InvalidOptionError,
  type Milliseconds,
  seconds,
  show,
} from '../common/index.js';
import { type Durability, type DurabilityOptions, resolveDurability } from './durability.options.js';
import { checkAddresses, checkCredentials, checkNatMap, checkTls, checkUrl } from './redis.option-checks.js';

/** Where a node or a Sentinel listens. */
export interface RedisAddress {
  host: string;
  /** @default 6379, for a Sentinel 26379 */
  port?: number;
}

/**
 * How to reach Redis. Give exactly one of `url`, `client`, `sentinels` with `name`, `cluster`, or `options` alone.
 *
 * @example
 * redis: { url: 'redis://127.0.0.1:6379' }
 * @example
 * redis: { sentinels: ['sentinel-1:26379', 'sentinel-2:26379', 'sentinel-3:26379'], name: 'mymaster' }
 * @example
 * redis: { cluster: ['node-1:6379', 'node-2:6379'], username: 'sessions', password, tls: true }
 * @example
 * redis: { client: existingIoredisClient }
 */
export interface SessionRedisOptions {
  /** `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS. */
  url?: string;
  /** Your own ioredis client. It is used as it is and never closed by this module. */
  client?: Redis | Cluster;
  /** The Sentinels that know who the primary is, as `host:port` or objects; with `name`. Some are enough, the others are learnt. */
  sentinels?: readonly (string | RedisAddress)[];
  /** The name under which the Sentinels know the primary, often `mymaster`. */
  name?: string;
  /** Nodes of a Cluster, as `host:port` or objects. Some are enough, the others are learnt. */
  cluster?: readonly (string | RedisAddress)[];
  /** ACL user of Redis (not of the Sentinels). Not with `client`. */
  username?: string;
  /** Password of Redis (not of the Sentinels). Not with `client`. */
  password?: string;
  /** `true`, or Node's own TLS options (`ca`, `cert`, `key`), for every connection to Redis. Not with `client`. */
  tls?: boolean | ConnectionOptions;
  /** ACL user of the Sentinels; with `sentinels`. */
  sentinelUsername?: string;
  /** Password of the Sentinels; with `sentinels`. */
  sentinelPassword?: string;
  /** Like `tls`, for the connections to the Sentinels; with `sentinels`. */
  sentinelTls?: boolean | ConnectionOptions;
  /**
   * Where an address that Sentinels or nodes name can be reached from here, if that is elsewhere (containers, NAT): an object
   * `{ '10.0.0.1:6379': { host, port } }` or a function; with `sentinels` or `cluster`.
   */
  natMap?: NatMap;
  /** ioredis's own options, on their own or in addition; on a Cluster for the connection to each node. */
  options?: RedisOptions;
  /**
   * The longest that one call may take, waiting for a connection or for a failover included; then the answer is 503.
   *
   * @default 1 second; 5 seconds with Sentinel or Cluster, so that a failover is ridden out by waiting
   */
  maxWait?: Milliseconds;
  /**
   * Start although Redis cannot be reached, and answer 503 until it is there, instead of ending with an error.
   *
   * @default false
   */
  startWithout?: boolean;
  /**
   * Writes that must survive the loss of the primary wait until replicas have them, or are refused with 503.
   *
   * @default none waits
   */
  durability?: DurabilityOptions;
}

/** {@link SessionRedisOptions} checked and with every default filled in. */
export interface ResolvedRedisOptions {
  readonly url?: string;
  readonly client?: Redis | Cluster;
  /** Nodes of a Cluster to begin with. */
  readonly cluster?: readonly Required<RedisAddress>[];
  /** For a Cluster; with Sentinels it stands in `options`. */
  readonly natMap?: NatMap;
  /** Credentials, TLS and Sentinels included. */
  readonly options: RedisOptions;
  readonly maxWait: Milliseconds;
  readonly startWithout: boolean;
  readonly durability?: Durability;
}

const CREDENTIALS = ['username', 'password', 'tls'] as const;
const OF_SENTINELS = ['name', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'] as const;
const TARGETS = ['url', 'client', 'sentinels', 'cluster'] as const;
const OTHERS = ['natMap', 'options', 'maxWait', 'startWithout', 'durability'];
const NAMES = [...TARGETS, ...OF_SENTINELS, ...CREDENTIALS, ...OTHERS];
const REMEDY =
  "Give redis: { url: 'redis://127.0.0.1:6379' }, { sentinels: ['host:26379'], name: 'mymaster' }, { cluster: ['host:6379'] }, or { client } with your own ioredis client.";

/** Checks the option group `redis`. @throws InvalidOptionError */
export function resolveRedisOptions(given: SessionRedisOptions | string | undefined): ResolvedRedisOptions {
  const options: SessionRedisOptions | undefined = typeof given === 'string' ? { url: given } : given;
  if (options === undefined) throw new InvalidOptionError('redis', `is missing. ${REMEDY}`);
  checkNames('redis', options, NAMES);
  checkTarget(options);
  const { url, client, natMap } = options;
  const cluster = checkAddresses('redis.cluster', options.cluster, 6_379);
  if (url !== undefined) checkUrl(url);
  if (natMap !== undefined) checkNatMap(natMap);
  if (cluster !== undefined && (options.options?.db ?? 0) !== 0) {
    throw new InvalidOptionError('redis.options.db', 'is given for a Cluster, which has database 0 only.');
  }
  const ready = { ...options.options, ...credentialsOf(options), ...sentinelsOf(options) };
  const ridesOut = cluster !== undefined || ready.sentinels != null || failsOver(client);
  const maxWait = checkDuration('redis.maxWait', options.maxWait, ridesOut ? seconds(5) : seconds(1));
  return {
    url,
    client,
    cluster,
    natMap: cluster === undefined ? undefined : natMap,
    options: ready,
    maxWait,
    startWithout: checkBoolean('redis.startWithout', options.startWithout, false),
    durability: resolveDurability(options.durability, maxWait),
  };
}

/** That one Redis is meant, and that nothing is given which would silently do nothing for it. */
function checkTarget(options: SessionRedisOptions): void {
  const { client } = options;
  const given = TARGETS.filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw new InvalidOptionError(
      'redis',
      `has ${given.join(' and ')}: only one can be meant. Remove the others.`,
    );
  }
  const [target] = given;
  if (target === undefined && options.options === undefined) {
    throw new InvalidOptionError('redis', `names no Redis. ${REMEDY}`);
  }
  const useless =
    target === 'client'
      ? (['options', 'natMap', ...CREDENTIALS, ...OF_SENTINELS] as const)
      : target === 'sentinels'
        ? []
        : target === 'cluster'
          ? OF_SENTINELS
          : (['natMap', ...OF_SENTINELS] as const);
  for (const name of useless) {
    if (options[name] === undefined) continue;
    const why =
      target === 'client'
        ? 'is given beside client, which has settings of its own already: set it there.'
        : 'is for sentinels' + (name === 'natMap' ? ' or cluster' : '') + ', and redis names none.';
    throw new InvalidOptionError(`redis.${name}`, why);
  }
  if (client !== undefined && (typeof client !== 'object' || typeof client.evalsha !== 'function')) {
    throw new InvalidOptionError(
      'redis.client',
      `must be a client of ioredis; it got ${show(client)}. ${REMEDY}`,
    );
  }
}

function credentialsOf({ username, password, tls }: SessionRedisOptions): RedisOptions {
  checkCredentials({ username, password });
  return withoutGaps({ username, password, tls: checkTls('redis.tls', tls) });
}

function sentinelsOf(options: SessionRedisOptions): RedisOptions {
  const { name, natMap, tls, sentinelUsername, sentinelPassword, sentinelTls } = options;
  const sentinels = checkAddresses('redis.sentinels', options.sentinels, 26_379);
  if (sentinels === undefined) return {};
  if (typeof name !== 'string' || name === '') {
    throw new InvalidOptionError(
      'redis.name',
      'must be the name under which the Sentinels know the primary, for example mymaster (sentinel monitor <name> in their configuration).',
    );
  }
  checkCredentials({ sentinelUsername, sentinelPassword });
  return withoutGaps({
    sentinels,
    name,
    natMap,
    sentinelUsername,
    sentinelPassword,
    sentinelTLS: checkTls('redis.sentinelTls', sentinelTls),
    // Without it ioredis speaks plain text to the primary that the Sentinels name, whatever `tls` says.
    enableTLSForSentinelMode: tls === undefined ? undefined : tls !== false,
  });
}

/** Without the fields that are not given: they would hide those of `options`. */
function withoutGaps(options: RedisOptions): RedisOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Whether a client of the application's own has somebody who names a new primary. */
function failsOver(client: Redis | Cluster | undefined): boolean {
  if (client === undefined) return false;
  return client.isCluster || ('sentinels' in client.options && client.options.sentinels != null);
}
