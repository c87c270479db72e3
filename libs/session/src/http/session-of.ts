import type { ExecutionContext } from '@nestjs/common';
import { type CurrentSession, rawRequest, type SessionRequest } from './session.request.js';

/**
 * The session that belongs to what a guard, interceptor or decorator is looking at, on any adapter; `undefined` where there is
 * none.
 *
 * @example
 * const session = await sessionOf(context);
 */
export async function sessionOf(context: ExecutionContext): Promise<CurrentSession | undefined> {
  return requestOf(context)?.session;
}

/** Node's request that a context belongs to. */
export function requestOf(context: ExecutionContext): SessionRequest | undefined {
  const type: string = context.getType();
  if (type === 'http') return rawRequest(context.switchToHttp().getRequest<object>());
  if (type === 'graphql') {
    const { req } = context.getArgByIndex<{ req?: object } | undefined>(2) ?? {};
    return req === undefined ? undefined : rawRequest(req);
  }
  return undefined;
}
