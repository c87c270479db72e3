import type { Milliseconds } from 'nestjs-redis-session';
import 'express-session';

/** A lifetime that a visitor has chosen, and what it took the place of. */
export interface CustomLifetime {
  minutes: number;
  instead: { idleTimeout: Milliseconds; isPersistent: boolean };
}

declare module 'express-session' {
  interface SessionData {
    /** A lifetime of this session's own. */
    customLifetime: CustomLifetime;
  }
}
