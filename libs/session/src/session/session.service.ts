import { Clock, type Milliseconds } from '../common/index.js';
import type { SessionLife, SessionTimeouts } from './session.life.js';
import { type CurrentSession, deadlineOf, RedisSessionStore, trackedOf } from '../store/index.js';

/** Works with the current request's session where plain assignment is not enough. */
export class SessionService {
  constructor(
    private readonly store: RedisSessionStore,
    private readonly clock: Clock,
    /** How long sessions live by the options; `timeoutsOf` and `cookie.maxAge` give single ones another life, see {@link life}. */
    readonly timeouts: Readonly<Record<'ordinary' | 'remembered', SessionTimeouts>>,
  ) {}

  /**
   * Reads, changes and writes the session as one step: runs `change` on the newest data, stores it, and does both again
   * if another request was faster. For what depends on the value before: a cart, a counter. So `change` may run more than
   * once and must do nothing else.
   *
   * Without it, changes of parallel requests are merged field by field, and of the same field the later one wins.
   *
   * @returns what `change` returned
   * @throws what `change` throws (the session is then as before); SessionEndedError; StoreUnavailableError if it is not certain
   * that it was stored, and then nothing is tried again
   * @example
   * await this.sessions.update(session, (data) => { data.count = (data.count ?? 0) + 1; });
   */
  update<T>(session: CurrentSession, change: (session: CurrentSession) => T | Promise<T>): Promise<T> {
    return this.store.keeper.update(session, change);
  }

  /**
   * When the session ends if nothing more happens, in milliseconds since 1970; `undefined` for one that is not stored. Asking
   * does not prolong it; the route that asks should be a `@PassiveSession()` one.
   */
  expiresAt(session: CurrentSession): number | undefined {
    const state = trackedOf(session);
    return state?.stored === undefined || state.ended ? undefined : deadlineOf(state.meta);
  }

  /** How long the session still lives if nothing more happens; 0 for one that is not stored. See {@link expiresAt}. */
  timeLeft(session: CurrentSession): Milliseconds {
    return Math.max(0, (this.expiresAt(session) ?? 0) - this.clock.now());
  }

  /** How long a session lives and why; `undefined` for one that is not stored. Asking does not prolong it. */
  life(session: CurrentSession): SessionLife | undefined {
    const state = trackedOf(session);
    if (state?.stored === undefined || state.ended) return undefined;
    const { createdAt, lastActiveAt, policy } = state.meta;
    return {
      createdAt,
      lastActiveAt,
      idleTimeout: policy.idle,
      absoluteTimeout: policy.absolute,
      idleExpiresAt: lastActiveAt + policy.idle,
      absoluteExpiresAt: createdAt + policy.absolute,
      isRemembered: policy.fresh !== undefined,
      isPersistent: policy.persistent,
    };
  }

  /**
   * Moves the idle timeout at once and for certain, such as for a button "stay logged in". Every request but a passive one moves it by
   * itself, in steps of a tenth; unlike that, this also moves it on a `@PassiveSession()` route. May be repeated; does nothing with a session
   * that is not stored.
   *
   * @throws SessionEndedError if it was ended meanwhile; StoreUnavailableError if it is not certain that it was moved
   */
  touch(session: CurrentSession): Promise<void> {
    return this.store.keeper.moveIdle(session);
  }
}
