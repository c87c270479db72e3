import { days, type Milliseconds, SESSION_END_REASONS, type SessionEndReason } from '../common/index.js';
import { sideKeysOf } from './key.names.js';
import type { RecordBackend } from './record.backend.js';

/** The longest that anybody is told why; who comes later hears that the session expired. */
const LONGEST: Milliseconds = days(1);

/**
 * Why sessions ended, so that whoever comes with a cookie of one can be told: `sess-ended:<handle>` holds the reason, for as long as the
 * session would have lived. It only words a refusal; a session is over because its own key is gone.
 */
export class SessionEndings {
  constructor(
    private readonly backend: RecordBackend,
    private readonly prefix: string,
  ) {}

  /** Notes it. That nobody can be told why must not undo that the session has ended. */
  async note(handle: string, reason: SessionEndReason, lives: Milliseconds): Promise<void> {
    if (lives <= 0) return;
    await this.backend.put(this.keyOf(handle), reason, Math.min(lives, LONGEST)).catch(() => undefined);
  }

  /** The reason; `undefined` if none is known. */
  async find(handle: string): Promise<SessionEndReason | undefined> {
    const noted = await this.backend.read(this.keyOf(handle));
    return SESSION_END_REASONS.find((reason) => reason === noted);
  }

  private keyOf(handle: string): string {
    return sideKeysOf(this.prefix).ended + handle;
  }
}
