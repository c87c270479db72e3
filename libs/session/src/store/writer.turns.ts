import { StoreUnavailableError } from '../common/index.js';

/**
 * Lets those who write the same key in this process go one after the other.
 *
 * Not for safety (the save script sees to that, across all processes), but for time: if fifty writers start at once, only one of
 * them fits in each round, and the others conflict, merge and try again, 1275 times together. In turn, each merges once.
 */
export class WriterTurns {
  private readonly ends = new Map<string, Promise<unknown>>();

  /**
   * Runs `work` once everybody before it is done, at once if there is nobody.
   *
   * @throws StoreUnavailableError if its turn has not come at `giveUpAt`, an instant of `performance.now()`
   */
  async run<T>(key: string, giveUpAt: number, work: () => Promise<T>): Promise<T> {
    const before = this.ends.get(key);
    const result = before === undefined ? work() : this.wait(before, giveUpAt).then(work);
    const end = Promise.allSettled([before, result]);
    this.ends.set(key, end);
    try {
      return await result;
    } finally {
      void end.then(() => {
        if (this.ends.get(key) === end) this.ends.delete(key);
      });
    }
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
