import type { IncomingMessage } from 'node:http';
import type { CurrentSession, RedisSessionStore, SessionCarrier } from '../store/index.js';
import { SessionStoreUnavailableException } from '../common/index.js';
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

/**
 * The session of the cookie that came with a socket's handshake, read from Redis at each call, so that a session which ended
 * since is not there any more. Nothing saves it by itself: call `session.save()`.
 */
export async function sessionOfHandshake(request: IncomingMessage): Promise<CurrentSession | undefined> {
  const { store, sid } = cookieOf(request) ?? {};
  if (store === undefined || sid === undefined) return undefined;
  const carrier: SessionCarrier = { sessionStore: store };
  return store.resume(carrier, sid);
}

/** Why the cookie of a handshake opens no session. @throws SessionStoreUnavailableException */
export async function absenceOfHandshake(request: IncomingMessage): Promise<SessionAbsence> {
  const { store, sid } = cookieOf(request) ?? {};
  if (store === undefined || sid === undefined) return 'none';
  try {
    return await absenceOf(store, sid);
  } catch (cause) {
    throw new SessionStoreUnavailableException({ cause });
  }
}

function cookieOf(request: IncomingMessage): { store: RedisSessionStore; sid?: string } | undefined {
  const server = 'server' in request.socket ? request.socket.server : undefined;
  const loader =
    [...loaders].find((each) => each.server() === server) ??
    (loaders.size === 1 ? [...loaders][0] : undefined);
  return loader && { store: loader.store, sid: loader.cookies.read(request.headers.cookie) };
}
