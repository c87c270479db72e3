import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type Milliseconds, seconds } from '../common/index.js';
import { messageOf } from './redis.failures.js';
import type { ResolvedRedisOptions } from './redis.options.js';

const RETRY_FIRST: Milliseconds = 50;
const RETRY_MOST: Milliseconds = 500;
/** With somebody who names a new primary, that one is asked for again more often: it may be there any moment. */
const RETRY_MOST_IN_FAILOVER: Milliseconds = 200;
/** A Sentinel or node that does not answer must leave time to ask others within `maxWait`. */
const OTHERS_EXIST: Milliseconds = seconds(1);

/** Makes the client. In every case the gate waits for connections and decides what is asked again, so that ioredis must do neither. */
export function createClient(resolved: ResolvedRedisOptions): Redis | Cluster {
  const { url, options, cluster, maxWait } = resolved;
  if (cluster !== undefined) return createCluster(resolved);
  const settings = options.sentinels == null ? alone(maxWait) : behindSentinels(maxWait);
  const all: RedisOptions = {
    ...settings,
    ...options,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  };
  const client = url === undefined ? new Redis(all) : new Redis(url, all);
  if (options.sentinels != null) quietenSentinels(client);
  return client;
}

/**
 * Listens to the errors of the connections over which ioredis hears of failovers. Nobody does: it prints one with its stack on the console each second
 * that a Sentinel is away, and then tries again anyway.
 */
function quietenSentinels(client: Redis): void {
  const connector: unknown = Reflect.get(client, 'connector');
  if (typeof connector !== 'object' || connector === null) return;
  const connect: unknown = Reflect.get(connector, 'connectToSentinel');
  if (typeof connect !== 'function') return;
  Reflect.set(connector, 'connectToSentinel', (...args: unknown[]): unknown => {
    const sentinel: unknown = Reflect.apply(connect, connector, args);
    if (sentinel instanceof Redis) sentinel.on('error', () => undefined);
    return sentinel;
  });
}

/** Host and port, never a password. */
export function describeTarget(client: Redis | Cluster): string {
  if (!(client instanceof Redis)) return 'the Cluster';
  const { host, port, path, sentinels, name } = client.options;
  if (sentinels != null) return `the primary '${name}' that the Sentinels name`;
  return path ?? `${host}:${port}`;
}

/** Whether its connections to Redis begin with TLS. */
export function isEncrypted(client: Redis | Cluster): boolean {
  return (client instanceof Redis ? client.options.tls : client.options.redisOptions?.tls) != null;
}

function alone(maxWait: Milliseconds): RedisOptions {
  return {
    connectTimeout: seconds(2),
    // ioredis keeps the process alive this long after closing a connection that was already gone.
    disconnectTimeout: 100,
    // A connection that is half open (the other side is gone without a word) is noticed by this alone.
    socketTimeout: maxWait * 3,
    retryStrategy: retryWithin(RETRY_MOST),
  };
}

function behindSentinels(maxWait: Milliseconds): RedisOptions {
  return {
    ...alone(maxWait),
    ...besideOthers(maxWait),
    // A replica is behind, so that a logout could be unknown to it.
    role: 'master',
    sentinelCommandTimeout: OTHERS_EXIST,
    // A primary that was cut off keeps its connections open: without listening to the Sentinels nobody would leave it.
    failoverDetector: true,
    sentinelReconnectStrategy: () => seconds(1),
    sentinelRetryStrategy: retryWithin(RETRY_MOST_IN_FAILOVER),
    retryStrategy: retryWithin(RETRY_MOST_IN_FAILOVER),
    // It was the primary and is a replica now. The gate asks again once connected to the new one.
    reconnectOnError: (error) => messageOf(error).includes('READONLY'),
  };
}

function createCluster({ cluster = [], options, natMap, maxWait }: ResolvedRedisOptions): Cluster {
  const wantsTls = options.tls !== undefined;
  return new Cluster([...cluster], {
    lazyConnect: true,
    enableOfflineQueue: false,
    // A replica is behind, so that a logout could be unknown to it.
    scaleReads: 'master',
    // ioredis would send again whatever it was, a command that may have been carried out already included.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // A fault that the node itself will have overcome in a moment, and nothing has run.
    retryDelayOnTryAgain: 50,
    slotsRefreshTimeout: OTHERS_EXIST,
    clusterRetryStrategy: retryWithin(RETRY_MOST_IN_FAILOVER),
    ...(natMap === undefined ? {} : { natMap }),
    // The certificate is for the name, so the name must not be looked up before.
    ...(wantsTls
      ? { dnsLookup: (host: string, found: (error: null, address: string) => void) => found(null, host) }
      : {}),
    redisOptions: {
      ...besideOthers(maxWait),
      ...options,
      autoResendUnfulfilledCommands: false,
    },
  });
}

/** One that says nothing is left early, so that there is time to find its successor. */
function besideOthers(maxWait: Milliseconds): RedisOptions {
  return {
    connectTimeout: OTHERS_EXIST,
    disconnectTimeout: 100,
    socketTimeout: Math.max(maxWait / 4, 250),
  };
}

function retryWithin(most: Milliseconds): (times: number) => Milliseconds {
  return (times) => Math.min(RETRY_FIRST * 2 ** (times - 1), most);
}
