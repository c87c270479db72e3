import { type Environment, type Finding, finding } from './finding.js';

/** A route whose decorator nobody enforces, and the guard that is missing. */
export interface UnguardedRoute {
  readonly route: string;
  readonly guard: string;
}

const NAMED = 5;

/** What follows from routes that say who may use them, and have no guard that looks at it. */
export function examineRoutes(routes: readonly UnguardedRoute[], where: Environment): Finding[] {
  if (routes.length === 0) return [];
  const named = routes.slice(0, NAMED).map(({ route, guard }) => `${route} (${guard})`);
  const more = routes.length > NAMED ? ` and ${routes.length - NAMED} more` : '';
  return [
    finding(
      'ROUTE_NOT_GUARDED',
      `@Roles() and @FreshLogin() refuse nobody by themselves, and these routes lack the guard that does: ${named.join(', ')}${more}.`,
      where,
    ),
  ];
}
