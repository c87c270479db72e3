import { hkdfSync } from 'node:crypto';
import {
  checkBoolean,
  checkFunction,
  checkNames,
  checkSecrets,
  checkWord,
  days,
  hours,
  InvalidOptionError,
  type Milliseconds,
  show,
} from '../common/index.js';
import {
  type AttemptPolicy,
  type AttemptPolicyOptions,
  checkCount,
  checkPeriod,
  resolvePolicy,
} from './attempt.policy.js';
import { type ChallengeOptions, type ResolvedChallenge, resolveChallenge } from './challenge.options.js';
import { AddressNetworks } from './address.networks.js';

/** How many passwords may be tried. Every login is limited by default (ASVS 6.3.1). */
export interface LoginAttemptsOptions {
  /**
   * Makes the keys in Redis of account names and addresses, so that Redis shows neither, and signs the cookie of known devices.
   * At least 32 random bytes. With another one, counting starts anew and no device is known any more, so it should not change
   * when the secret of the cookies does.
   *
   * @default derived from the oldest entry of `secret`
   */
  secret?: string;
  /** On one account, from wherever: what attackers with many addresses run into. `false`: no such limit. */
  account?: AttemptPolicyOptions | false;
  /** From one address, on whatever account. `false`: no such limit. */
  address?: AttemptPolicyOptions | false;
  /** On one account from one address. `false`: no such limit. */
  pair?: AttemptPolicyOptions | false;
  /** Attempts from devices that their account was logged in on before; they are let through whatever others do. `false`: no device is known. */
  device?: KnownDeviceOptions | false;
  /**
   * How many leading bits of an IPv6 address count as one address. Providers give a customer a whole /56 or /64.
   *
   * @default 56
   */
  ipv6Prefix?: number;
  /**
   * Failures in a row, however far apart, after which a password counts as wrong even if it is right, until `reset` (NIST SP 800-63B-4,
   * section 3.2.2: at most 100, then the credential is disabled). Tells `credential.disabled` once. Only accounts that `verify` says
   * exist, by returning `WrongPassword`, are counted.
   *
   * @default 100
   */
  disableAfter?: number | false;
  /**
   * Tells `login.sprayed` when that many accounts were tried from one address within a day and not logged in to.
   *
   * @default 20
   */
  sprayedAfter?: number | false;
  /**
   * How long a login that fails takes at least. If it took longer, it takes the next multiple, so that the time does not tell which
   * accounts exist (ASVS 6.3.8). Should be well above what checking a password takes. `false` or 0: no wait.
   *
   * @default 250 milliseconds
   */
  minimumTime?: Milliseconds | false;
  /** Asks for a proof that a human is there, such as a CAPTCHA, before there is a block. */
  challenge?: ChallengeOptions;
  /**
   * Networks whose addresses are not counted, such as the office's; account and pair are.
   *
   * @default none
   * @example ['203.0.113.0/24', '2001:db8::/32']
   */
  allow?: readonly string[];
  /**
   * Networks from which nobody may log in.
   *
   * @default none
   */
  deny?: readonly string[];
  /**
   * What happens while Redis does not answer. `refuse`: 503. `memory`: attempts are counted in this process, so that several processes
   * together let more through. Nobody is let through uncounted.
   *
   * @default "refuse"
   */
  onStoreFailure?: 'refuse' | 'memory';
  /**
   * Makes one text of the spellings that the application takes for one account, beyond upper and lower case, Unicode forms, invisible
   * signs and outer spaces, which are folded anyway.
   *
   * @default nothing more
   * @example normalize: (account) => account.replace(/\+[^@]*@/, '@')
   */
  normalize?: (account: string) => string;
  /**
   * Whether answers tell how many attempts an address has left, in `RateLimit` and `RateLimit-Policy`
   * (draft-ietf-httpapi-ratelimit-headers). Nothing is told of accounts.
   *
   * @default true
   */
  headers?: boolean;
}

/** See {@link LoginAttemptsOptions.device}. */
export interface KnownDeviceOptions {
  /**
   * Failed attempts of one device on one account within the window; after that it is treated like an unknown device.
   *
   * @default 10
   */
  maxAttempts?: number;
  /** @default 1 hour */
  window?: Milliseconds;
  /**
   * How long a device is known after its last login.
   *
   * @default 365 days; browsers keep no cookie for longer than 400 (RFC 6265bis)
   */
  keptFor?: Milliseconds;
}

/** Token of {@link ResolvedLoginAttemptsOptions}. */
export const LOGIN_ATTEMPTS_OPTIONS = Symbol('nestjs-redis-session login attempts options');

/** {@link LoginAttemptsOptions} checked and with every default filled in. */
export interface ResolvedLoginAttemptsOptions {
  /** Whether attempts are counted at all. */
  readonly isActive: boolean;
  readonly isSecretDerived: boolean;
  /** Makes keys of names. */
  readonly nameKey: Buffer;
  /** Signs the cookie of a device. */
  readonly deviceKey: Buffer;
  readonly account?: AttemptPolicy;
  readonly address?: AttemptPolicy;
  readonly pair?: AttemptPolicy;
  readonly device?: Readonly<Required<KnownDeviceOptions>>;
  readonly networks: AddressNetworks;
  readonly disableAfter?: number;
  readonly sprayedAfter?: number;
  readonly minimumTime: Milliseconds;
  readonly challenge?: ResolvedChallenge;
  readonly onStoreFailure: 'refuse' | 'memory';
  readonly normalize: (account: string) => string;
  readonly headers: boolean;
}

const NAMES = [
  'secret',
  'account',
  'address',
  'pair',
  'device',
  'ipv6Prefix',
  'disableAfter',
  'sprayedAfter',
  'minimumTime',
  'challenge',
  'allow',
  'deny',
  'onStoreFailure',
  'normalize',
  'headers',
];
const LONGEST_MINIMUM: Milliseconds = 10_000;

/**
 * Checks the option group `loginAttempts`.
 *
 * @param secrets the module's, of which the oldest stands in for a secret of its own: it is the one that a replacement keeps
 * @throws InvalidOptionError
 */
export function resolveLoginAttemptsOptions(
  given: LoginAttemptsOptions | false = {},
  secrets: readonly [string, ...string[]],
): ResolvedLoginAttemptsOptions {
  const options: LoginAttemptsOptions = given === false ? {} : given;
  checkNames('loginAttempts', options, NAMES);
  const [own] = options.secret === undefined ? [] : checkSecrets('loginAttempts.secret', options.secret);
  const secret = own ?? secrets.at(-1) ?? secrets[0];
  const { disableAfter = 100, sprayedAfter = 20, minimumTime = 250, ipv6Prefix = 56 } = options;
  if (!Number.isInteger(ipv6Prefix) || ipv6Prefix < 16 || ipv6Prefix > 128) {
    throw new InvalidOptionError(
      'loginAttempts.ipv6Prefix',
      `must be a whole number of bits from 16 to 128; it got ${show(ipv6Prefix)}.`,
    );
  }
  return {
    isActive: given !== false,
    isSecretDerived: own === undefined,
    nameKey: derive(secret, 'names'),
    deviceKey: derive(secret, 'device cookie'),
    account: resolvePolicy('account', options.account),
    address: resolvePolicy('address', options.address),
    pair: resolvePolicy('pair', options.pair),
    device: resolveDevice(options.device),
    networks: new AddressNetworks({ ipv6Prefix, allow: options.allow, deny: options.deny }),
    disableAfter:
      disableAfter === false ? undefined : checkCount('loginAttempts.disableAfter', disableAfter, 0),
    sprayedAfter:
      sprayedAfter === false ? undefined : checkCount('loginAttempts.sprayedAfter', sprayedAfter, 0),
    minimumTime: resolveMinimum(minimumTime),
    challenge: resolveChallenge(options.challenge),
    onStoreFailure: checkWord(
      'loginAttempts.onStoreFailure',
      options.onStoreFailure,
      ['refuse', 'memory'] as const,
      'refuse',
    ),
    normalize: checkFunction('loginAttempts.normalize', options.normalize, (account) => account),
    headers: checkBoolean('loginAttempts.headers', options.headers, true),
  };
}

function resolveDevice(
  options: KnownDeviceOptions | false = {},
): Readonly<Required<KnownDeviceOptions>> | undefined {
  if (options === false) return undefined;
  const path = 'loginAttempts.device';
  checkNames(path, options, ['maxAttempts', 'window', 'keptFor']);
  return {
    maxAttempts: checkCount(`${path}.maxAttempts`, options.maxAttempts, 10),
    window: checkPeriod(`${path}.window`, options.window, hours(1)),
    keptFor: checkPeriod(`${path}.keptFor`, options.keptFor, days(365)),
  };
}

function resolveMinimum(value: Milliseconds | false): Milliseconds {
  if (value === false || value === 0) return 0;
  const minimum = checkPeriod('loginAttempts.minimumTime', value, 0);
  if (minimum <= LONGEST_MINIMUM) return minimum;
  throw new InvalidOptionError(
    'loginAttempts.minimumTime',
    `must be at most ${LONGEST_MINIMUM} ms, because everybody who mistypes waits for it; it got ${show(value)}.`,
  );
}

const derive = (secret: string, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `nestjs-redis-session login attempts ${purpose}`, 32));
