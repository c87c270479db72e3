import {
  checkDuration,
  checkNames,
  checkWord,
  InvalidOptionError,
  type Milliseconds,
  show,
} from '../common/index.js';

/**
 * Which writes wait until replicas have them. Redis copies after it has answered, so that without this the last writes are lost with a
 * primary, a logout among them.
 *
 * @example
 * redis: { sentinels, name, durability: { replicas: 1 } }
 */
export interface DurabilityOptions {
  /**
   * How many replicas must have a write before it counts, 1 to 100; on a Cluster how many of its shard. Fewer than there are lets one of
   * them be away. Whether that is enough is a question of where they stand: docs/high-availability.md.
   */
  replicas: number;
  /**
   * The longest that a write waits for them; then it is refused with 503, and may or may not survive.
   *
   * @default four fifths of `redis.maxWait`, and never more than that
   */
  timeout?: Milliseconds;
  /**
   * `login`: whatever lets somebody in or shuts somebody out (login, logout, revocation, renewal at a change of password).
   * `all`: changes of session data too.
   *
   * @default 'login'
   */
  writes?: 'login' | 'all';
}

/** {@link DurabilityOptions} with every default filled in. */
export type Durability = Readonly<Required<DurabilityOptions>>;

/** Checks `redis.durability`. @throws InvalidOptionError */
export function resolveDurability(
  given: DurabilityOptions | undefined,
  maxWait: Milliseconds,
): Durability | undefined {
  if (given === undefined) return undefined;
  checkNames('redis.durability', given, ['replicas', 'timeout', 'writes']);
  const { replicas } = given;
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 100) {
    throw new InvalidOptionError(
      'redis.durability.replicas',
      `must be a whole number from 1 to 100, how many replicas must have a write; it got ${show(replicas)}. Leave durability out to wait for none.`,
    );
  }
  return {
    replicas,
    timeout: checkDuration('redis.durability.timeout', given.timeout, maxWait * 0.8, maxWait),
    writes: checkWord('redis.durability.writes', given.writes, ['login', 'all'] as const, 'login'),
  };
}
