import {
  checkDuration,
  checkNames,
  hours,
  InvalidOptionError,
  type Milliseconds,
  minutes,
  show,
} from '../common/index.js';

/** How many attempts are let through, and how long none is after that. */
export interface AttemptPolicyOptions {
  /**
   * Attempts within a window; the last one starts a block unless it succeeds. Attempts that succeed do not count.
   *
   * @default account 10, pair 5, address 100
   */
  maxAttempts?: number;
  /**
   * How long attempts are counted together, from the first one on.
   *
   * @default account and pair 15 minutes, address 1 hour
   */
  window?: Milliseconds;
  /**
   * How long the first block lasts. Attempts made meanwhile neither count nor make it longer.
   *
   * @default pair 1 minute, account 5 minutes, address 15 minutes
   */
  blockDuration?: Milliseconds;
  /**
   * By how much each further block is longer than the one before. Blocks are forgotten `maxBlock` after the last one ended.
   *
   * @default 2
   */
  backoff?: number;
  /**
   * The longest that a block lasts. NIST SP 800-63B-4, section 3.2.2, names 1 hour.
   *
   * @default 1 hour
   */
  maxBlock?: Milliseconds;
}

/** {@link AttemptPolicyOptions} checked and with every default filled in. */
export type AttemptPolicy = Readonly<Required<AttemptPolicyOptions>>;

/**
 * OWASP asks for a limit on the account itself, because attackers change addresses (Authentication Cheat Sheet), and for locks that end
 * by themselves. A pair is blocked first and briefly: one address cannot use up an account's attempts, and whoever mistypes waits a
 * minute. The address is generous, because a whole office or a mobile network may stand behind it.
 */
export const POLICY_DEFAULTS = {
  account: {
    maxAttempts: 10,
    window: minutes(15),
    blockDuration: minutes(5),
    backoff: 2,
    maxBlock: hours(1),
  },
  pair: { maxAttempts: 5, window: minutes(15), blockDuration: minutes(1), backoff: 2, maxBlock: hours(1) },
  address: {
    maxAttempts: 100,
    window: hours(1),
    blockDuration: minutes(15),
    backoff: 2,
    maxBlock: hours(1),
  },
} as const satisfies Record<string, AttemptPolicy>;

/** Checks one policy. @returns `undefined` where it is switched off @throws InvalidOptionError */
export function resolvePolicy(
  name: keyof typeof POLICY_DEFAULTS,
  options: AttemptPolicyOptions | false = {},
): AttemptPolicy | undefined {
  if (options === false) return undefined;
  const path = `loginAttempts.${name}`;
  const defaults = POLICY_DEFAULTS[name];
  checkNames(path, options, Object.keys(defaults));
  const { backoff = defaults.backoff } = options;
  if (typeof backoff !== 'number' || !(backoff >= 1 && backoff <= 100)) {
    throw new InvalidOptionError(
      `${path}.backoff`,
      `must be a number from 1 (all blocks are as long) to 100; it got ${show(backoff)}.`,
    );
  }
  const blockDuration = checkPeriod(`${path}.blockDuration`, options.blockDuration, defaults.blockDuration);
  const maxBlock = checkPeriod(
    `${path}.maxBlock`,
    options.maxBlock,
    Math.max(defaults.maxBlock, blockDuration),
  );
  if (maxBlock < blockDuration) {
    throw new InvalidOptionError(
      `${path}.maxBlock`,
      `is ${maxBlock} ms and must not be below blockDuration, ${blockDuration} ms. Raise it, or lower the other.`,
    );
  }
  return {
    maxAttempts: checkCount(`${path}.maxAttempts`, options.maxAttempts, defaults.maxAttempts),
    window: checkPeriod(`${path}.window`, options.window, defaults.window),
    blockDuration,
    backoff,
    maxBlock,
  };
}

/** Redis counts whole milliseconds. */
export const checkPeriod = (path: string, value: unknown, fallback: Milliseconds): Milliseconds =>
  Math.ceil(checkDuration(path, value, fallback, LONGEST));

/** A whole number, at least 1. */
export function checkCount(path: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new InvalidOptionError(path, `must be a whole number from 1 to ${MOST}; it got ${show(value)}.`);
}

const MOST = 1_000_000_000;
/** Ten years: longer is a mistake in the unit. */
const LONGEST: Milliseconds = hours(24 * 3653);
