import 'express-session';

// What this application keeps in sessions, by declaration merging. Little on purpose: a session is loaded with every request.
declare module 'express-session' {
  interface SessionData {
    /** How often this visitor has seen the start page. */
    visitCount: number;
    /** What to call whoever is logged in. For display only: who it is, `@CurrentUser()` says. */
    username: string;
  }
}
