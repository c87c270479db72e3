import { checkBoolean, checkNames, checkWord, InvalidOptionError, show } from '../common/index.js';
import { checkTrustedOrigins } from './trusted.origins.js';

/** What happens at a login. */
export interface AuthOptions {
  /**
   * Names of session fields that a login takes over from the visitor's session into the user's, such as a cart. All others stay
   * behind, because whoever prepared the browser may have put them there.
   *
   * @default none
   */
  carryOver?: readonly string[];
  /**
   * How many sessions a user may have at one time, on different devices or browsers: a number, or a function of the user, such as by
   * role (ASVS 7.1.2).
   *
   * @default none: any number
   * @example maxSessions: ({ roles }) => (roles.includes('admin') ? 1 : 5)
   */
  maxSessions?: number | MaxSessionsOf;
  /**
   * What a login does that would be one session too many. `evict-oldest` ends the user's oldest session; `refuse` refuses the login with
   * 409 `SESSION_LIMIT_REACHED`, until the user logs out elsewhere or a session expires.
   *
   * @default "evict-oldest"
   */
  onLimit?: 'evict-oldest' | 'refuse';
  /**
   * Whether the list of a user's sessions tells from which kind of device and from which network each was opened, such as
   * "Firefox on Windows" and "203.0.113.0/24" (ASVS 7.5.2: one can only end the session that one recognises). `false` keeps
   * neither, for applications that may not.
   *
   * @default true
   */
  describeDevices?: boolean;
  /**
   * Origins of other sites whose pages may send requests that change something, for `CrossOriginGuard`. Each exactly as browsers
   * send it in `Origin`.
   *
   * @default none
   * @example ['https://shop.example', 'http://localhost:5173']
   */
  trustedOrigins?: readonly string[];
}

/** How many sessions a user may have at one time; `undefined` any number. */
export type MaxSessionsOf = (user: { userId: string; roles: readonly string[] }) => number | undefined;

/** {@link AuthOptions} checked and with every default filled in. */
export interface ResolvedAuthOptions {
  readonly carryOver: readonly string[];
  readonly maxSessions: MaxSessionsOf;
  readonly onLimit: 'evict-oldest' | 'refuse';
  readonly describeDevices: boolean;
  readonly trustedOrigins: readonly string[];
}

/** Checks the option group `auth`. @throws InvalidOptionError */
export function resolveAuthOptions(options: AuthOptions = {}): ResolvedAuthOptions {
  checkNames('auth', options, ['carryOver', 'maxSessions', 'onLimit', 'describeDevices', 'trustedOrigins']);
  const { carryOver = [], trustedOrigins } = options;
  if (!Array.isArray(carryOver) || carryOver.some((name) => typeof name !== 'string' || name === 'cookie')) {
    throw new InvalidOptionError(
      'auth.carryOver',
      `must be names of session fields, for example ['cart']; it got ${show(carryOver)}.`,
    );
  }
  return {
    carryOver,
    maxSessions: checkMaxSessions(options.maxSessions),
    onLimit: checkWord('auth.onLimit', options.onLimit, ['evict-oldest', 'refuse'] as const, 'evict-oldest'),
    describeDevices: checkBoolean('auth.describeDevices', options.describeDevices, true),
    trustedOrigins: checkTrustedOrigins(trustedOrigins),
  };
}

function checkMaxSessions(value: AuthOptions['maxSessions']): MaxSessionsOf {
  const check = (limit: number | undefined, where: string): number | undefined => {
    if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) return limit;
    throw new InvalidOptionError(
      'auth.maxSessions',
      `${where} a whole number, at least 1; it got ${show(limit)}.`,
    );
  };
  if (typeof value === 'function') return (user) => check(value(user), 'must give');
  const limit = check(value, 'must be');
  return () => limit;
}
