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
 * What `SessionHealthModule` can be told: how long a check may take, and from where on Redis counts as degraded.
 *
 * @example
 * SessionHealthModule.forRoot({ timeout: 500, maxLatency: 50, minReplicas: 1 })
 */
export interface SessionHealthOptions {
  /**
   * The longest that a check takes, waiting for a connection included; then Redis is down. `redis.maxWait` of `SessionModule` bounds it
   * too. Give less than the probe that asks has itself.
   *
   * @default 1 second
   */
  timeout?: Milliseconds;
  /**
   * Degraded if PING takes longer. Less than `timeout`.
   *
   * @default a quarter of `timeout`
   */
  maxLatency?: Milliseconds;
  /**
   * Degraded if fewer replicas follow the primary, on a Cluster each primary, or if Redis does not tell how many do.
   *
   * @default 0: a single Redis is not degraded
   */
  minReplicas?: number;
  /**
   * Degraded if a replica has not confirmed more than this many bytes of what the primary has written: they would be lost if it took over.
   * Replicas confirm once a second, so that what is written in a second always counts.
   *
   * @default 16 MiB, a second of 10,000 saves of 1 KB and some room
   */
  maxLag?: number;
  /**
   * Whether the answer names host and port of each primary. Only for a route that strangers cannot reach.
   *
   * @default false
   */
  showAddresses?: boolean;
}

/** {@link SessionHealthOptions} checked and with every default filled in. */
export type ResolvedHealthOptions = Readonly<Required<SessionHealthOptions>>;

const NAMES = ['timeout', 'maxLatency', 'minReplicas', 'maxLag', 'showAddresses'];
const DEFAULT_MAX_LAG = 16 * 1024 * 1024;

/** Checks the options. @throws InvalidOptionError */
export function resolveHealthOptions(options: SessionHealthOptions = {}): ResolvedHealthOptions {
  checkNames('health', options, NAMES);
  const timeout = checkDuration('health.timeout', options.timeout, seconds(1));
  const maxLatency = checkDuration('health.maxLatency', options.maxLatency, timeout / 4);
  if (maxLatency >= timeout) {
    throw new InvalidOptionError(
      'health.maxLatency',
      `must be less than health.timeout, ${timeout} ms: an answer later than that is none. It got ${show(maxLatency)}.`,
    );
  }
  return {
    timeout,
    maxLatency,
    minReplicas: checkCount('health.minReplicas', options.minReplicas, 0),
    maxLag: checkCount('health.maxLag', options.maxLag, DEFAULT_MAX_LAG),
    showAddresses: checkBoolean('health.showAddresses', options.showAddresses, false),
  };
}

function checkCount(path: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidOptionError(path, `must be a whole number, 0 or more; it got ${show(value)}.`);
  }
  return value;
}
