import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { ReflectableDecorator, Reflector } from '@nestjs/core';
import { Public } from './public.decorator.js';

/** Where `@UseGuards()` of Nest writes. */
const GUARDS_METADATA = '__guards__';

/**
 * What a decorator demands of a route. The most specific one counts: what stands on the handler, `@Public()` included, beats what stands on
 * the class. Where a demand and `@Public()` stand side by side, the demand counts.
 */
export function demandOn<Param, Demand>(
  reflector: Reflector,
  decorator: ReflectableDecorator<Param, Demand>,
  context: ExecutionContext,
): Demand | undefined {
  return demandOf(reflector, decorator, context.getHandler(), context.getClass());
}

/** The same outside of a request. */
export function demandOf<Param, Demand>(
  reflector: Reflector,
  decorator: ReflectableDecorator<Param, Demand>,
  handler: Function,
  host: Function,
): Demand | undefined {
  const own = reflector.getAllAndOverride<Param, Demand | undefined>(decorator, [handler]);
  if (own !== undefined || reflector.get(Public, handler) !== undefined) return own;
  return reflector.getAllAndOverride<Param, Demand | undefined>(decorator, [host]);
}

/** Whether a guard stands in `@UseGuards()` of the handler or the class, rather than guarding the whole application. */
export function isBoundTo(context: ExecutionContext, guard: CanActivate): boolean {
  return [context.getHandler(), context.getClass()].some((target) => {
    return guardsOn(target).some((each) => each === guard || each === guard.constructor);
  });
}

/** What `@UseGuards()` of a handler or a class was given: classes and instances. */
export function guardsOn(target: Function): readonly unknown[] {
  const bound: unknown = Reflect.getMetadata(GUARDS_METADATA, target);
  return Array.isArray(bound) ? bound : [];
}
