import {
  listedUntilOf,
  type SessionAuth,
  type SessionLike,
  type SessionPolicy,
  trackedOf,
} from '../store/index.js';

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

/** What is recorded of a login. */
export interface RecordedLogin {
  auth: SessionAuth;
  /** @default that of the session */
  policy?: SessionPolicy;
  /**
   * When the session began, if it goes on with another one's time.
   *
   * @default when it was made
   */
  createdAt?: number;
}

/**
 * Records a login in a new session and how long this session lives; it is stored with the next save.
 *
 * @returns when the session ends in its user's list, in milliseconds since 1970
 */
export function authenticate(session: SessionLike, login: RecordedLogin): number {
  const state = trackedOf(session);
  if (state === undefined) throw new TypeError('This session was not made by SessionModule.');
  const { auth, policy = state.meta.policy, createdAt = state.meta.createdAt } = login;
  const meta = { ...state.meta, auth, policy, createdAt };
  // Whoever logs in lists the session; the save that follows has not to do it again.
  const listedUntil = listedUntilOf(meta);
  state.meta = { ...meta, listedUntil };
  return listedUntil;
}

/** How long a session lives, and how; `undefined` for one that SessionModule did not make. */
export function policyOf(session: SessionLike): SessionPolicy | undefined {
  return trackedOf(session)?.meta.policy;
}

/** When a session began, in milliseconds since 1970; `undefined` for one that SessionModule did not make. */
export function createdAtOf(session: SessionLike): number | undefined {
  return trackedOf(session)?.meta.createdAt;
}

/** The public name of a session: in logs, events and lists. It opens nothing. */
export function handleOf(session: SessionLike): string | undefined {
  return trackedOf(session)?.sid.handle;
}
