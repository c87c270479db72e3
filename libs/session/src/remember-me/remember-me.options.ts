import { checkDuration, checkNames, days, InvalidOptionError, type Milliseconds } from '../common/index.js';

/** How long a session lives whose user ticked "remember me". */
export interface RememberMeOptions {
  /**
   * Ends this long after the last visit.
   *
   * @default 14 days
   */
  idleTimeout?: Milliseconds;
  /**
   * Ends this long after the login, however often the user returns.
   *
   * @default 90 days
   */
  absoluteTimeout?: Milliseconds;
}

/** {@link RememberMeOptions} checked and with every default filled in. */
export type ResolvedRememberMeOptions = Required<RememberMeOptions>;

/** Checks the option group `rememberMe`. @throws InvalidOptionError */
export function resolveRememberMeOptions(options: RememberMeOptions = {}): ResolvedRememberMeOptions {
  checkNames('rememberMe', options, ['idleTimeout', 'absoluteTimeout']);
  const idleTimeout = checkDuration('rememberMe.idleTimeout', options.idleTimeout, days(14), days(400));
  const absoluteTimeout = checkDuration(
    'rememberMe.absoluteTimeout',
    options.absoluteTimeout,
    Math.max(days(90), idleTimeout),
    days(400),
  );
  if (idleTimeout > absoluteTimeout) {
    throw new InvalidOptionError(
      'rememberMe.idleTimeout',
      `is ${idleTimeout} ms, longer than rememberMe.absoluteTimeout (${absoluteTimeout} ms), so it could never matter. Lower it.`,
    );
  }
  return { idleTimeout, absoluteTimeout };
}
