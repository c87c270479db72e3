import type { ApplicationConfig, ModulesContainer, ReflectableDecorator, Reflector } from '@nestjs/core';
import { FreshLogin } from './fresh-login.decorator.js';
import { FreshLoginGuard } from './fresh-login.guard.js';
import { LoginAttemptDemand, limitOn } from './login-attempt.demand.js';
import { LoginAttemptGuard } from './login-attempt.guard.js';
import { Roles } from './roles.decorator.js';
import { RolesGuard } from './roles.guard.js';
import { demandOf, guardsOn } from './route.demands.js';

/** A route whose decorator nobody enforces. */
interface UnguardedRoute {
  /** `Controller.method`. */
  readonly route: string;
  /** Name of the guard that is missing. */
  readonly guard: string;
}

/** What a decorator demands of a handler: on itself, in all, and the guard that enforces it. */
interface Demanded {
  own: unknown;
  demand: unknown;
  guard: Function;
}

/** What Nest and its packages write on the handlers of HTTP, brokers, WebSockets and GraphQL. */
const HANDLER_MARKS = [
  'path',
  'microservices:pattern',
  'websockets:message_mapping',
  'graphql:resolver_type',
];

/**
 * Handlers of controllers, gateways and resolvers that demand a role, a fresh login or a limit of attempts, by `@Roles()`, `@FreshLogin()` or
 * `@LimitLoginAttempts()` on them or on their class, where neither `@UseGuards()` nor the whole application has the guard, or a subclass, that enforces it.
 *
 * Where a guard of the whole application is made for each request by a factory, nobody knows what it is: nothing is told then.
 */
export function unguardedRoutes(
  modules: ModulesContainer,
  config: ApplicationConfig,
  reflector: Reflector,
): UnguardedRoute[] {
  const wrappers = config.getGlobalRequestGuards();
  if (wrappers.some(({ inject }) => inject != null)) return [];
  const everywhere: unknown[] = [...config.getGlobalGuards(), ...wrappers.map(({ metatype }) => metatype)];
  const found: UnguardedRoute[] = [];
  const look = (host: Function, handler: Function, name: string, { own, demand, guard }: Demanded): void => {
    if (demand === undefined || (own === undefined && !isHandler(handler))) return;
    const guards = [...everywhere, ...guardsOn(handler), ...guardsOn(host)];
    if (guards.some((each) => isOf(each, guard))) return;
    found.push({ route: `${host.name}.${name}`, guard: guard.name });
  };
  const by = <Param, Demand>(
    decorator: ReflectableDecorator<Param, Demand>,
    guard: Function,
    [handler, host]: [Function, Function],
  ): Demanded => ({
    own: reflector.getAllAndOverride<Param, Demand | undefined>(decorator, [handler]),
    demand: demandOf(reflector, decorator, handler, host),
    guard,
  });
  for (const host of hostsIn(modules)) {
    for (const [name, handler] of methodsOf(host)) {
      look(host, handler, name, by(Roles, RolesGuard, [handler, host]));
      look(host, handler, name, by(FreshLogin, FreshLoginGuard, [handler, host]));
      const limit = by(LoginAttemptDemand, LoginAttemptGuard, [handler, host]);
      look(host, handler, name, { ...limit, demand: limitOn(reflector, handler, host) });
    }
  }
  return found;
}

/** Classes of controllers and of providers, each once. */
function hostsIn(modules: ModulesContainer): Set<Function> {
  const hosts = new Set<Function>();
  for (const { controllers, providers } of modules.values()) {
    for (const { metatype, inject } of [...controllers.values(), ...providers.values()]) {
      // With `inject` it is a factory.
      if (typeof metatype === 'function' && inject == null) hosts.add(metatype);
    }
  }
  return hosts;
}

/** Own and inherited methods, as Nest finds them; getters are not called. */
function methodsOf(host: Function): Map<string, Function> {
  const methods = new Map<string, Function>();
  const seen = new Set(['constructor']);
  let prototype: unknown = host.prototype;
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const value: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (typeof value === 'function') methods.set(name, value);
    }
    prototype = Reflect.getPrototypeOf(prototype);
  }
  return methods;
}

function isHandler(method: Function): boolean {
  return HANDLER_MARKS.some((mark) => Reflect.hasMetadata(mark, method));
}

/** Whether a guard, given as class or instance, is of a class or a subclass of it. */
function isOf(guard: unknown, wanted: Function): boolean {
  if (typeof guard !== 'function') return guard instanceof wanted;
  return guard === wanted || Object.prototype.isPrototypeOf.call(wanted, guard);
}
