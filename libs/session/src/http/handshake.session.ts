import type { IncomingMessage } from 'node:http';
import type { CurrentSession, RedisSessionStore, SessionCarrier } from '../store/index.js';
import { SessionStoreUnavailableException, StoreUnavailableError } from '../common/index.js';
import { absenceOf, type SessionAbsence } from './session.absence.js';
import type { SessionCookies } from './session.cookies.js';

/** Opens the sessions of one application's sockets. */
export interface HandshakeLoader {
  readonly store: RedisSessionStore;
  readonly cookies: SessionCookies;
  /** The application's HTTP server, once there is one. */
  server(): unknown;
}

// Sockets come without anything of Nest's that leads to their application, and a process may run several.
const loaders = new Set<HandshakeLoader>();

/** Lets {@link sessionOfHandshake} find an application's sessions, until the returned function is called. */
export function registerHandshakes(loader: HandshakeLoader): () => void {
  loaders.add(loader);
  return () => void loaders.delete(loader);
}

/** The id with which a handshake has opened a session. */
const opened = new WeakMap<IncomingMessage, string>();

/**
 * The session of the cookie that came with a socket's handshake, read from Redis at each call, so that a session which ended
 * since is not there any more. Nothing saves it by itself: call `session.save()`.
 *
 * A socket is sent no new cookie, so it comes with an old secret once the session's was renewed. That is no theft. A secret that
 * was good when the socket first asked for its session stays good for this socket.
 *
 * @throws SessionStoreUnavailableException
 */
export async function sessionOfHandshake(request: IncomingMessage): Promise<CurrentSession | undefined> {
  const { store, sid } = cookieOf(request) ?? {};
  if (store === undefined || sid === undefined) return undefined;
  const carrier: SessionCarrier = { sessionStore: store };
  const judged = opened.get(request) === sid ? 'never' : 'quietly';
  const session = await store.resume(carrier, sid, judged).catch(unavailable);
  if (session !== undefined) opened.set(request, sid);
  return session;
}

/** Why the cookie of a handshake opens no session. @throws SessionStoreUnavailableException */
export async function absenceOfHandshake(request: IncomingMessage): Promise<SessionAbsence> {
  const { store, sid } = cookieOf(request) ?? {};
  if (store === undefined || sid === undefined) return 'none';
  return absenceOf(store, sid).catch(unavailable);
}

function unavailable(cause: unknown): never {
  throw cause instanceof StoreUnavailableError ? new SessionStoreUnavailableException({ cause }) : cause;
}

function cookieOf(request: IncomingMessage): { store: RedisSessionStore; sid?: string } | undefined {
  const server = 'server' in request.socket ? request.socket.server : undefined;
  const loader =
    [...loaders].find((each) => each.server() === server) ??
    (loaders.size === 1 ? [...loaders][0] : undefined);
  return loader && { store: loader.store, sid: loader.cookies.read(request.headers.cookie)?.text };
}
