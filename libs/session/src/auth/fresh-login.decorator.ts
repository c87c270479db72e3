import { type ReflectableDecorator, Reflector } from '@nestjs/core';
import { type Milliseconds, SessionError, show } from '../common/index.js';

/** What `@FreshLogin()` demands. */
export interface FreshLoginDemand {
  /**
   * How long ago the password may have been given, in milliseconds.
   *
   * @default no limit: as long as the session's level is `fresh`
   */
  within?: Milliseconds;
}

/**
 * A route, or all routes of a controller, for which the password must have been given lately, see `FreshLoginGuard`: to change a
 * password, to end other sessions, to pay (ASVS 7.5.1).
 *
 * @throws SessionError at once if `within` is no number of milliseconds above 0
 * @example
 * @FreshLogin({ within: minutes(5) })
 */
export const FreshLogin: ReflectableDecorator<FreshLoginDemand> = Reflector.createDecorator<FreshLoginDemand>(
  {
    transform: checkDemand,
  },
);

function checkDemand(demand: FreshLoginDemand | undefined = {}): FreshLoginDemand {
  const { within } = demand;
  if (within === undefined || (typeof within === 'number' && within > 0 && within < Infinity)) return demand;
  throw new SessionError(
    'INVALID_OPTION',
    `@FreshLogin({ within }) must be a number of milliseconds above 0, for example minutes(5); it got ${show(within)}. ` +
      'Leave it out for "as long as the login counts as fresh".',
  );
}
