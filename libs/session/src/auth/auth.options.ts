import { checkNames, InvalidOptionError, show } from '../common/index.js';

/** What happens at a login. */
export interface AuthOptions {
  /**
   * Names of session fields that a login takes over from the visitor's session into the user's, such as a cart. All others stay
   * behind, because whoever prepared the browser may have put them there.
   *
   * @default none
   */
  carryOver?: readonly string[];
}

/** {@link AuthOptions} checked and with every default filled in. */
export type ResolvedAuthOptions = Readonly<Required<AuthOptions>>;

/** Checks the option group `auth`. @throws InvalidOptionError */
export function resolveAuthOptions(options: AuthOptions = {}): ResolvedAuthOptions {
  checkNames('auth', options, ['carryOver']);
  const { carryOver = [] } = options;
  if (!Array.isArray(carryOver) || carryOver.some((name) => typeof name !== 'string' || name === 'cookie')) {
    throw new InvalidOptionError(
      'auth.carryOver',
      `must be names of session fields, for example ['cart']; it got ${show(carryOver)}.`,
    );
  }
  return { carryOver };
}
