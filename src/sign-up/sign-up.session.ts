import 'express-session';
import type { StepValues } from './sign-up.steps.js';

/** What was typed so far. Of the password there is only the hash: what is in Redis may be read by others. */
export interface SignUpDraft extends Partial<StepValues> {
  /** When it is no longer valid, in milliseconds since 1970: some time after the last step, however long the session lives. */
  until: number;
  /** The name that was free in the first step, and that somebody else has taken until the submit. */
  takenName?: string;
}

declare module 'express-session' {
  interface SessionData {
    signUp: SignUpDraft;
    /** The name of the account that was made in this session, or in the one before the login that came with it. */
    signedUp: string;
  }
}
