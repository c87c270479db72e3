import type { IncomingMessage } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { absenceOfHandshake, sessionOfHandshake } from './handshake.session.js';
import { requestSessionOf } from './request-session.js';
import type { SessionAbsence } from './session.absence.js';
import { rawRequest, type SessionRequest } from './session.request.js';
import type { CurrentSession } from '../store/index.js';

/**
 * The session that belongs to what a guard, interceptor or decorator is looking at, on any adapter; `undefined` where there is
 * none. On a WebSocket it is read from Redis by the cookie of the handshake (socket.io; `ws` if the gateway keeps the
 * request as `client.request`), and saved only by `session.save()`; once it was there, the socket keeps it until it ends.
 *
 * @example
 * const session = await sessionOf(context);
 */
export async function sessionOf(context: ExecutionContext): Promise<CurrentSession | undefined> {
  const request = requestOf(context);
  return isSocket(context) ? request && sessionOfHandshake(request) : request?.session;
}

/**
 * The session as {@link sessionOf} gives it, but never from the near cache: Redis has been asked since the request came.
 *
 * @throws SessionStoreUnavailableException
 */
export async function confirmedSessionOf(context: ExecutionContext): Promise<CurrentSession | undefined> {
  const request = requestOf(context);
  if (request !== undefined && !isSocket(context)) await requestSessionOf(request)?.confirm();
  return sessionOf(context);
}

/**
 * Why nobody is logged in with what a guard is looking at. Asks Redis only if a cookie that was signed here opened nothing.
 *
 * @throws SessionStoreUnavailableException
 */
export async function sessionAbsenceOf(context: ExecutionContext): Promise<SessionAbsence> {
  const request = requestOf(context);
  if (request === undefined) return 'none';
  if (isSocket(context)) return absenceOfHandshake(request);
  return (await requestSessionOf(request)?.absence()) ?? 'none';
}

/** Node's request that a context belongs to: of a WebSocket the one of its handshake, of a message broker none. */
export function requestOf(context: ExecutionContext): SessionRequest | undefined {
  const request = adapterRequestOf(context);
  return request && rawRequest(request);
}

/** The same as the adapter gives it, which knows of proxies. */
export function adapterRequestOf(context: ExecutionContext): object | undefined {
  const type: string = context.getType();
  if (type === 'http') return context.switchToHttp().getRequest<object>();
  if (isSocket(context)) return context.switchToWs().getClient<{ request?: IncomingMessage }>().request;
  return type === 'graphql' ? context.getArgByIndex<{ req?: object } | undefined>(2)?.req : undefined;
}

const isSocket = (context: ExecutionContext): boolean => context.getType() === 'ws';
