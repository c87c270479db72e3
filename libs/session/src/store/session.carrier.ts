import type { Session, SessionData } from 'express-session';

/**
 * The session of a request as application code uses it. Declare your own fields by merging into `SessionData` of
 * express-session.
 */
export type CurrentSession = Session & Partial<SessionData>;

/** As much of a request as a session needs. */
export interface SessionCarrier {
  session?: CurrentSession;
  sessionID?: string;
  sessionStore?: unknown;
}
