import type {
  CookieFacts,
  CurrentSession,
  OpenedSession,
  RedisSessionStore,
  TrackedSession,
} from '../store/index.js';
import { isAsSent } from '../store/index.js';
import type { SessionCookies } from './session.cookies.js';
import { isAbsent } from './session.passage.js';

/** What there is to know of a request whose answer leaves; see RequestSession. */
interface LeavingRequest {
  readonly store: RedisSessionStore;
  readonly cookies: SessionCookies;
  /** The session, unless nobody has asked for it. */
  readonly current: CurrentSession | undefined;
  /** What the request came with, and its cookie at that time. */
  readonly came: OpenedSession | undefined;
  readonly cookieAtLoad: CookieFacts | undefined;
  stateOf(session: CurrentSession | undefined): TrackedSession | undefined;
  /** Whether the session is the one that the request came with. */
  isLoadedOne(): boolean;
  isChanged(): boolean;
}

/** The `Set-Cookie` value of the session, if the browser is to be told anything of it. */
export function cookieForAnswer(request: LeavingRequest): string | undefined {
  const { store, cookies, current: session } = request;
  // The cookie is in the hands of those who create and renew sessions; set to null, the browser keeps it as Redis keeps the session.
  if (store.keeper.isReader || isAbsent(session)) return undefined;
  const state = request.stateOf(session);
  const isAlive = state !== undefined && !state.ended && (state.stored !== undefined || request.isChanged());
  if (session === undefined || !isAlive)
    return request.came !== undefined && !request.isLoadedOne() ? cookies.clear() : undefined;
  if (!request.isLoadedOne()) return cookies.write(session.id, session.cookie);
  if (!state.isConfirmed) return undefined;
  const replacement = store.keeper.replacementOf(state);
  const isSent =
    replacement === undefined && isAsSent(session.cookie, request.cookieAtLoad ?? session.cookie);
  return isSent ? undefined : cookies.write(replacement ?? session.id, session.cookie);
}
