import { type CurrentSession, trackedOf } from '../store/index.js';

/** A stored session that a request had to do with. */
export interface UsedSession {
  readonly handle: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What a request did to sessions: the stored one that it came with, and the stored one that its answer leaves. */
export interface SessionPassage {
  readonly came?: UsedSession;
  readonly left?: UsedSession;
  /** Whether it does not count as activity. */
  readonly isPassive: boolean;
}

/** A session object as one that was used; `undefined` if it is not stored, or not any more. */
export function usedSession(session: CurrentSession | undefined | null): UsedSession | undefined {
  const state = session ? trackedOf(session) : undefined;
  if (state?.stored === undefined || state.ended) return undefined;
  return { handle: state.sid.handle, createdAt: state.meta.createdAt };
}

/** Set to `null`. The types say that it cannot be; applications written in JavaScript, and old habits, say that it can. */
export const isAbsent = (session: unknown): boolean => session === null;
