import type { Milliseconds } from 'nestjs-redis-session';

/** What `GET /expiration/time-left` tells: whether a page has to warn, and of what. */
export interface TimeLeft {
  /** Until the session ends, if nothing more happens; 0 if there is none. */
  timeLeft: Milliseconds;
  /** Until the idle timeout ends it; activity moves that. */
  idleLeft: Milliseconds;
  /** Until the absolute timeout ends it; nothing moves that. */
  absoluteLeft: Milliseconds;
  /** With less left a page warns. */
  warnBelow: Milliseconds;
  /** Whether activity would help. */
  canStay: boolean;
  isLoggedIn: boolean;
}

/** One strategy: what is configured, and what is left of it. */
export interface Strategy {
  /** `null` where it is not set. */
  timeout: Milliseconds | null;
  /** `null` if it does not decide over this session. */
  timeLeft: Milliseconds | null;
}

/** What `GET /expiration` tells programs. Times are milliseconds, instants ISO 8601. */
export interface ExpirationView {
  timeLeft: Milliseconds;
  /** `null` if there is no session. */
  endsAt: string | null;
  strategies: {
    idle: Strategy;
    absolute: Strategy;
    rememberMe: Strategy & { absoluteTimeout: Milliseconds };
    custom: Strategy & { minutes: number | null };
  };
}
