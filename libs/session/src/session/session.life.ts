import type { Milliseconds } from '../common/index.js';

/** The two timeouts of a session. */
export interface SessionTimeouts {
  /** It ends this long after the last activity. */
  readonly idleTimeout: Milliseconds;
  /** It ends this long after its creation, whatever happens. */
  readonly absoluteTimeout: Milliseconds;
}

/** How long one session lives, and why; it ends at the earlier of both ends. Instants are milliseconds since 1970. */
export interface SessionLife extends SessionTimeouts {
  readonly createdAt: number;
  /** The last activity, as exactly as a tenth of the idle timeout. */
  readonly lastActiveAt: number;
  readonly idleExpiresAt: number;
  /** The end that no activity moves. */
  readonly absoluteExpiresAt: number;
  /** Whether "remember me" was ticked. */
  readonly isRemembered: boolean;
  /** Whether the browser keeps the cookie when it is closed. */
  readonly isPersistent: boolean;
}
