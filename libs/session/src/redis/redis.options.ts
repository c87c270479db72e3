import type { Cluster, Redis, RedisOptions } from 'ioredis';
import {
  checkBoolean,
  checkDuration,
  checkNames,
  InvalidOptionError,
  type Milliseconds,
  seconds,
  show,
} from '../common/index.js';

/**
 * How to reach Redis. Give exactly one of `url`, `client`, or `options` (which may also stand beside `url`).
 *
 * @example
 * redis: { url: 'redis://127.0.0.1:6379' }
 * @example
 * redis: { client: existingIoredisClient }
 */
export interface SessionRedisOptions {
  /** `redis://[user[:password]@]host[:port][/db]`, or `rediss://` for TLS. */
  url?: string;
  /** Your own ioredis client. It is used as it is and never closed by this module. */
  client?: Redis | Cluster;
  /** ioredis's own options, on their own or in addition to `url`. */
  options?: RedisOptions;
  /**
   * The longest that one call may take, waiting for a connection included; then the answer is 503.
   *
   * @default 1 second
   */
  maxWait?: Milliseconds;
  /**
   * Start although Redis cannot be reached, and answer 503 until it is there, instead of ending with an error.
   *
   * @default false
   */
  startWithout?: boolean;
}

/** {@link SessionRedisOptions} checked and with every default filled in. */
export interface ResolvedRedisOptions {
  readonly url?: string;
  readonly client?: Redis | Cluster;
  readonly options: RedisOptions;
  readonly maxWait: Milliseconds;
  readonly startWithout: boolean;
}

const NAMES = ['url', 'client', 'options', 'maxWait', 'startWithout'];
const REMEDY =
  "Give redis: { url: 'redis://127.0.0.1:6379' }, or redis: { client } with your own ioredis client.";

/** Checks the option group `redis`. @throws InvalidOptionError */
export function resolveRedisOptions(given: SessionRedisOptions | string | undefined): ResolvedRedisOptions {
  const options: SessionRedisOptions | undefined = typeof given === 'string' ? { url: given } : given;
  if (options === undefined) throw new InvalidOptionError('redis', `is missing. ${REMEDY}`);
  checkNames('redis', options, NAMES);
  const { url, client } = options;
  if (client !== undefined && (url !== undefined || options.options !== undefined)) {
    throw new InvalidOptionError(
      'redis',
      'has client together with url or options: only one can be meant. Remove one of them.',
    );
  }
  if (client === undefined && url === undefined && options.options === undefined) {
    throw new InvalidOptionError('redis', `names no Redis. ${REMEDY}`);
  }
  if (client !== undefined && (typeof client !== 'object' || typeof client.evalsha !== 'function')) {
    throw new InvalidOptionError(
      'redis.client',
      `must be a client of ioredis; it got ${show(client)}. ${REMEDY}`,
    );
  }
  if (url !== undefined) checkUrl(url);
  return {
    url,
    client,
    options: options.options ?? {},
    maxWait: checkDuration('redis.maxWait', options.maxWait, seconds(1)),
    startWithout: checkBoolean('redis.startWithout', options.startWithout, false),
  };
}

function checkUrl(url: string): void {
  const protocol = typeof url === 'string' && URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    // The value is not shown: a misspelt URL may still hold a password.
    throw new InvalidOptionError(
      'redis.url',
      'must look like redis://127.0.0.1:6379 or rediss://user:password@host:6380/0; what it got does not.',
    );
  }
}
