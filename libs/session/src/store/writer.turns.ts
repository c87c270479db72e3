/**
 * Lets those who write the same key in this process go one after the other.
 *
 * Not for safety (the save script sees to that, across all processes), but for time: if fifty writers start at once, only one of
 * them fits in each round, and the others conflict, merge and try again, 1275 times together. In turn, each merges once.
 */
export class WriterTurns {
  private readonly ends = new Map<string, Promise<unknown>>();

  /** Runs `work` once everybody before it is done, at once if there is nobody. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.ends.get(key);
    const result = before === undefined ? work() : before.then(work);
    const end = result.catch(() => undefined);
    this.ends.set(key, end);
    try {
      return await result;
    } finally {
      if (this.ends.get(key) === end) this.ends.delete(key);
    }
  }
}
