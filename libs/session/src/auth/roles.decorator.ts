import { type ReflectableDecorator, Reflector } from '@nestjs/core';
import { SessionError, show } from '../common/index.js';

/**
 * Who may use a route, or all routes of a controller: users with this role, or with at least one of these, see `RolesGuard`. The most
 * specific one counts: on a handler it takes the place of the controller's. `reflector.get(Roles, handler)` gives the list.
 *
 * @throws SessionError at once if it names no role
 * @example
 * @Roles('admin')
 * @example
 * @Roles(['admin', 'editor'])
 */
export const Roles: ReflectableDecorator<string | readonly string[], readonly string[]> =
  Reflector.createDecorator<string | readonly string[], readonly string[]>({ transform: checkRoles });

function checkRoles(given: string | readonly string[] | undefined): readonly string[] {
  const roles: readonly unknown[] = [given].flat();
  const names = roles.filter((role) => typeof role === 'string' && role !== '').map(String);
  if (names.length > 0 && names.length === roles.length) return names;
  throw new SessionError(
    'INVALID_OPTION',
    `@Roles() needs a role or a list of roles, one of which is enough, for example @Roles(['admin', 'editor']); it got ${show(given)}. ` +
      'For everybody who is logged in use AuthenticatedGuard alone, for everybody @Public().',
  );
}
