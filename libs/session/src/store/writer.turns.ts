import { StoreUnavailableError } from '../common/index.js';
import type { WrittenSession } from './tracked.session.js';

/**
 * Lets those who write the same key in this process go one after the other.
 *
 * Not for safety (the save script sees to that, across all processes), but for time: if fifty writers start at once, only one of
 * them fits in each round, and the others conflict, merge and try again, 1275 times together. In turn, each merges once.
 */
export class WriterTurns {
  private readonly queues = new Map<string, { end: Promise<unknown>; latest?: WrittenSession }>();

  /**
   * Runs `work` once everybody before it is done, at once if there is nobody. It is given what the one before wrote, if that is known:
   * starting from it saves a round trip that would only find the conflict.
   *
   * @throws StoreUnavailableError if its turn has not come at `giveUpAt`, an instant of `performance.now()`
   */
  async run<T>(key: string, giveUpAt: number, work: (latest?: WrittenSession) => Promise<T>): Promise<T> {
    const queue = this.queues.get(key) ?? { end: Promise.resolve() };
    const isFirst = !this.queues.has(key);
    this.queues.set(key, queue);
    const before = queue.end;
    const result = isFirst ? work() : this.wait(before, giveUpAt).then(() => work(queue.latest));
    const end = Promise.allSettled([before, result]);
    queue.end = end;
    try {
      return await result;
    } finally {
      void end.then(() => {
        if (queue.end === end) this.queues.delete(key);
      });
    }
  }

  /** Tells those who wait what was written. */
  wrote(key: string, written: WrittenSession): void {
    const queue = this.queues.get(key);
    if (queue !== undefined) queue.latest = written;
  }

  private async wait(before: Promise<unknown>, giveUpAt: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const refuse = (): void =>
        reject(
          new StoreUnavailableError(
            'Others wrote the same session for too long; this change was not written.',
          ),
        );
      timer = setTimeout(refuse, Math.max(0, giveUpAt - performance.now()));
    });
    await Promise.race([before, tooLate]).finally(() => clearTimeout(timer));
  }
}
