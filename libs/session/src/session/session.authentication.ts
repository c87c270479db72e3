import { type SessionAuth, type SessionLike, type SessionPolicy, trackedOf } from '../store/index.js';

/** Who is logged in with a session, as the server recorded it at the login; `undefined` when nobody is. */
export function authOf(session: SessionLike | undefined): SessionAuth | undefined {
  const state = session === undefined ? undefined : trackedOf(session);
  return state === undefined || state.ended ? undefined : state.meta.auth;
}

/**
 * How sure it is who somebody is: `fresh` gave the password lately, `remembered` once did on this device, `anonymous` never did.
 */
export type SessionLevel = 'anonymous' | 'remembered' | 'fresh';

/** How sure it is who the user of a session is. */
export function levelOf(session: SessionLike | undefined): SessionLevel {
  const auth = authOf(session);
  if (auth === undefined) return 'anonymous';
  return auth.isStale === true ? 'remembered' : 'fresh';
}

/** Records a login in a new session and how long this session lives; it is stored with the next save. */
export function authenticate(session: SessionLike, auth: SessionAuth, policy?: SessionPolicy): void {
  const state = trackedOf(session);
  if (state === undefined) throw new TypeError('This session was not made by SessionModule.');
  state.meta = { ...state.meta, auth, policy: policy ?? state.meta.policy };
}

/** The public name of a session: in logs, events and lists. It opens nothing. */
export function handleOf(session: SessionLike): string | undefined {
  return trackedOf(session)?.sid.handle;
}
