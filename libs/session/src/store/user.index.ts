import type { Milliseconds } from '../common/index.js';

/** What a login asks the list for. */
export interface Admission {
  /** The new session. */
  handle: string;
  /** How many sessions the user may have, this one included; `undefined` any number. */
  limit?: number;
  /** The session that the new one takes the place of, which is not counted. */
  replaces?: string;
}

/** A session in its user's list. */
export interface IndexEntry {
  handle: string;
  /** Whether its session was written for certain: if it is not there now, it has ended. */
  isSettled: boolean;
}

/**
 * Which sessions a user has, and up to which revocation they are void. No step compares clocks of machines: revocations are numbered
 * by one counter, and everything that has to do with time in here is on Redis's clock.
 *
 * A login: latest -> (password) -> admit -> (session is written) -> settle. A revocation: mark -> (sessions are ended) -> leave.
 */
export abstract class UserIndex {
  /** Keeps a session listed for longer. Before the session itself is written, so that none is ever unlisted. */
  abstract enter(userId: string, handle: string, lives: Milliseconds): Promise<void>;
  /**
   * Lists a session that is about to be written, for a minute, unless the user has as many as the limit.
   *
   * @returns whether it is listed, and when that was, in microseconds since 1970
   */
  abstract admit(userId: string, admission: Admission): Promise<{ isAdmitted: boolean; at: number }>;
  /**
   * Lists a session that is written now for as long as it may live.
   *
   * @returns whether the user's sessions, or everybody's, were revoked after the revocation of that number; and how many are listed
   */
  abstract settle(
    userId: string,
    session: { handle: string; lives: Milliseconds; since: number },
  ): Promise<{ isRevoked: boolean; count: number }>;
  /** Takes sessions off the list that have ended. */
  abstract leave(userId: string, handles: readonly string[]): Promise<void>;
  /** The sessions of a user, those included that expired a moment ago or are only being written. */
  abstract entries(userId: string): Promise<IndexEntry[]>;
  /** The number of the latest revocation of anybody; 0 if there was none. A login asks before it checks the password. */
  abstract latest(): Promise<number>;
  /** Numbers a revocation of a user's sessions. @returns the handles listed at that moment */
  abstract mark(userId: string): Promise<string[]>;
  /** Numbers a revocation of everybody's sessions. @returns its number */
  abstract markEveryone(): Promise<number>;
}
