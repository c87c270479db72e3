import { checkBoolean, checkNames, InvalidOptionError, show } from '../common/index.js';

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
   * Whether the list of a user's sessions tells from which kind of device and from which network each was opened, such as
   * "Firefox on Windows" and "203.0.113.0/24" (ASVS 7.5.2: one can only end the session that one recognises). `false` keeps
   * neither, for applications that may not.
   *
   * @default true
   */
  describeDevices?: boolean;
}

/** {@link AuthOptions} checked and with every default filled in. */
export type ResolvedAuthOptions = Readonly<Required<AuthOptions>>;

/** Checks the option group `auth`. @throws InvalidOptionError */
export function resolveAuthOptions(options: AuthOptions = {}): ResolvedAuthOptions {
  checkNames('auth', options, ['carryOver', 'describeDevices']);
  const { carryOver = [] } = options;
  if (!Array.isArray(carryOver) || carryOver.some((name) => typeof name !== 'string' || name === 'cookie')) {
    throw new InvalidOptionError(
      'auth.carryOver',
      `must be names of session fields, for example ['cart']; it got ${show(carryOver)}.`,
    );
  }
  const describeDevices = checkBoolean('auth.describeDevices', options.describeDevices, true);
  return { carryOver, describeDevices };
}
