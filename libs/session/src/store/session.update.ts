import { type Milliseconds, SessionEndedError } from '../common/index.js';
import { dataJsonOf, replaceData, type SessionLike } from './session.data.js';
import { parseFields } from './session.fields.js';
import type { SessionWriter } from './session.writer.js';
import type { TrackedSession } from './tracked.session.js';
import type { WriterTurns } from './writer.turns.js';

/** A change of the newest data, and an instant of `performance.now()`. */
interface Change<T, S> {
  change: (session: S) => T | Promise<T>;
  giveUpAt: Milliseconds;
}

/** Reads, changes and writes as one step. */
export class SessionUpdate {
  constructor(
    private readonly writer: SessionWriter,
    private readonly turns: WriterTurns,
    private readonly isChanged: (session: SessionLike, state: TrackedSession) => boolean,
  ) {}

  /**
   * Changes the newest data: runs `change` on the session, stores it, and does both again if another request was faster. Other
   * unsaved changes of the request are stored with it.
   *
   * @returns what `change` returned when it fitted
   * @throws what `change` throws, with the session as it was before; SessionEndedError; StoreUnavailableError
   */
  async run<T, S extends SessionLike>(
    session: S,
    state: TrackedSession,
    { change, giveUpAt }: Change<T, S>,
  ): Promise<T> {
    const attempt = async (): Promise<{ result: T; isStored: boolean }> => {
      const before = dataJsonOf(session);
      const undo = (): void => replaceData(session, parseFields(before));
      try {
        const result = await change(session);
        const isStored =
          !this.isChanged(session, state) || (await this.writer.attempt(session, state, { giveUpAt, undo }));
        return { result, isStored };
      } catch (error) {
        undo();
        throw error;
      }
    };
    const untilStored = async (): Promise<T> => {
      const turn = this.turns.take(state.sid.handle);
      try {
        this.writer.catchUp(session, state, await turn.come(giveUpAt));
        for (;;) {
          const { result, isStored } = await attempt();
          if (!isStored) continue;
          turn.wrote(state);
          return result;
        }
      } finally {
        turn.end();
      }
    };
    if (state.ended) throw new SessionEndedError(state.sid.handle);
    const { result, isStored } = await attempt();
    // In turn only once there was a conflict: a slow `change` should not keep others waiting who write something else.
    return isStored ? result : untilStored();
  }
}
