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
  const handler = context.getHandler();
  const own = reflector.getAllAndOverride<Param, Demand | undefined>(decorator, [handler]);
  if (own !== undefined || reflector.get(Public, handler) !== undefined) return own;
  return reflector.getAllAndOverride<Param, Demand | undefined>(decorator, [context.getClass()]);
}

/** Whether a guard stands in `@UseGuards()` of the handler or the class, rather than guarding the whole application. */
export function isBoundTo(context: ExecutionContext, guard: CanActivate): boolean {
  return [context.getHandler(), context.getClass()].some((target) => {
    const bound: unknown = Reflect.getMetadata(GUARDS_METADATA, target);
    return Array.isArray(bound) && bound.some((each) => each === guard || each === guard.constructor);
  });
}
