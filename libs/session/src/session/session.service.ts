import { Injectable } from '@nestjs/common';
import { Clock, type Milliseconds } from '../common/index.js';
import { type CurrentSession, deadlineOf, RedisSessionStore, trackedOf } from '../store/index.js';

/** Works with the current request's session where plain assignment is not enough. */
@Injectable()
export class SessionService {
  constructor(
    private readonly store: RedisSessionStore,
    private readonly clock: Clock,
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
    return state?.text === undefined || state.ended ? undefined : deadlineOf(state.meta);
  }

  /** How long the session still lives if nothing more happens; 0 for one that is not stored. See {@link expiresAt}. */
  timeLeft(session: CurrentSession): Milliseconds {
    return Math.max(0, (this.expiresAt(session) ?? 0) - this.clock.now());
  }
}
