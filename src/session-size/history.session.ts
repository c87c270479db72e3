import 'express-session';

/** Something that a visitor did, as the guide's bad example keeps it on the session. */
export interface Activity {
  at: string;
  action: string;
  page: string;
}

declare module 'express-session' {
  interface SessionData {
    /** Data that does not belong here: it grows, and every request loads it. This page puts it there to show what follows. */
    activityHistory: Activity[];
  }
}
