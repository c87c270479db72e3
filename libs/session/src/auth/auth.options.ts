import { checkNames, InvalidOptionError, show } from '../common/index.js';
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
   * Origins of other sites whose pages may send requests that change something, for `CrossOriginGuard`. Each exactly as browsers
   * send it in `Origin`.
   *
   * @default none
   * @example ['https://shop.example', 'http://localhost:5173']
   */
  trustedOrigins?: readonly string[];
}

/** {@link AuthOptions} checked and with every default filled in. */
export type ResolvedAuthOptions = Readonly<Required<AuthOptions>>;

/** Checks the option group `auth`. @throws InvalidOptionError */
export function resolveAuthOptions(options: AuthOptions = {}): ResolvedAuthOptions {
  checkNames('auth', options, ['carryOver', 'trustedOrigins']);
  const { carryOver = [], trustedOrigins } = options;
  if (!Array.isArray(carryOver) || carryOver.some((name) => typeof name !== 'string' || name === 'cookie')) {
    throw new InvalidOptionError(
      'auth.carryOver',
      `must be names of session fields, for example ['cart']; it got ${show(carryOver)}.`,
    );
  }
  return { carryOver, trustedOrigins: checkTrustedOrigins(trustedOrigins) };
}
