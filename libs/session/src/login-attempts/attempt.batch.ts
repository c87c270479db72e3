/** What one attempt gives the script. */
export interface BatchedAttempt {
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

interface Waiting extends BatchedAttempt {
  readonly resolve: (reply: readonly number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Attempts in one call. With more of them Redis would wait while they are put together, and other calls for their end. */
const MOST_TOGETHER = 16;
const LEAST_TOGETHER = 4;
/** Calls into which the attempts under way are parted, so that Redis works on one while this process makes another. */
const CALLS = 4;

/**
 * Puts the attempts of one turn of the event loop into few calls, so that a burst costs each of them a part of a call. An attempt
 * that comes while no other is under way is sent at once; the others wait for the end of the turn, not for each other's answers.
 */
export class AttemptBatch {
  private waiting: Waiting[] = [];
  private calls = 0;
  /** Attempts that wait or are being asked about. */
  private underWay = 0;

  /** @param send gives the replies in the order of the attempts; if it fails, all of them have failed */
  constructor(private readonly send: (attempts: readonly BatchedAttempt[]) => Promise<number[][]>) {}

  add({ keys, args }: BatchedAttempt): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ keys, args, resolve, reject });
      this.underWay++;
      const enough = Math.min(MOST_TOGETHER, Math.max(LEAST_TOGETHER, this.underWay / CALLS));
      if (this.calls === 0 || this.waiting.length >= enough) void this.flush();
      else if (this.waiting.length === 1) setImmediate(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const attempts = this.waiting;
    if (attempts.length === 0) return;
    this.waiting = [];
    this.calls++;
    try {
      const replies = await this.send(attempts);
      for (const [place, { resolve }] of attempts.entries()) resolve(replies[place] ?? []);
    } catch (error) {
      for (const { reject } of attempts) reject(error);
    } finally {
      this.calls--;
      this.underWay -= attempts.length;
    }
  }
}
