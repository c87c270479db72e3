import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { sessionOfHandshake } from './handshake.session.js';
import { rawRequest, type SessionRequest } from './session.request.js';
import type { CurrentSession } from '../store/index.js';

/**
 * The session that belongs to what a guard, interceptor or decorator is looking at, on any adapter; `undefined` where there is
 * none. On a WebSocket it is read from Redis by the cookie of the handshake (socket.io; `ws` if the gateway keeps the
 * request as `client.request`), and saved only by `session.save()`.
 *
 * @example
 * const session = await sessionOf(context);
 */
export async function sessionOf(context: ExecutionContext): Promise<CurrentSession | undefined> {
  if (context.getType() !== 'ws') return requestOf(context)?.session;
  const { request } = context.switchToWs().getClient<{ request?: IncomingMessage }>();
  return request === undefined ? undefined : sessionOfHandshake(request);
}

/** Node's request that a context belongs to. */
function requestOf(context: ExecutionContext): SessionRequest | undefined {
  const type: string = context.getType();
  if (type === 'http') return rawRequest(context.switchToHttp().getRequest<object>());
  if (type === 'graphql') {
    const { req } = context.getArgByIndex<{ req?: object } | undefined>(2) ?? {};
    return req === undefined ? undefined : rawRequest(req);
  }
  return undefined;
}
