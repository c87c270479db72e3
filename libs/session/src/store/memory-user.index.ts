import type { Clock, Milliseconds } from '../common/index.js';
import { PROVISIONAL } from './redis-user.index.js';
import { type Admission, type IndexEntry, UserIndex } from './user.index.js';

/** In this process, for a store whose records are kept there too. */
export class MemoryUserIndex extends UserIndex {
  private readonly listed = new Map<string, Map<string, number>>();
  private readonly marks = new Map<string, number>();
  private everyone = 0;
  private revocations = 0;
  private lastAdmission = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  enter(userId: string, handle: string, lives: Milliseconds): Promise<void> {
    const list = this.listOf(userId);
    list.set(handle, Math.max(list.get(handle) ?? 0, this.clock.now() + lives));
    return Promise.resolve();
  }

  async admit(
    userId: string,
    { handle, limit, replaces }: Admission,
  ): Promise<{ isAdmitted: boolean; at: number }> {
    // Later than every one before, also while a test's clock stands still.
    const at = Math.max(this.clock.now() * 1_000, this.lastAdmission + 1);
    this.lastAdmission = at;
    const others = [...this.listOf(userId).keys()].filter((each) => each !== handle && each !== replaces);
    if (limit !== undefined && others.length >= limit) return { isAdmitted: false, at };
    await this.enter(userId, handle, PROVISIONAL + 0.5);
    return { isAdmitted: true, at };
  }

  settle(
    userId: string,
    { handle, lives, since }: { handle: string; lives: Milliseconds; since: number },
  ): Promise<{ isRevoked: boolean; count: number }> {
    const list = this.listOf(userId).set(handle, Math.ceil(this.clock.now() + lives));
    const mark = Math.max(this.marks.get(userId) ?? 0, this.everyone);
    return Promise.resolve({ isRevoked: mark > since, count: list.size });
  }

  leave(userId: string, handles: readonly string[]): Promise<void> {
    for (const handle of handles) this.listed.get(userId)?.delete(handle);
    return Promise.resolve();
  }

  entries(userId: string): Promise<IndexEntry[]> {
    return Promise.resolve(
      [...this.listOf(userId)].map(([handle, until]) => ({ handle, isSettled: Number.isInteger(until) })),
    );
  }

  latest(): Promise<number> {
    return Promise.resolve(this.revocations);
  }

  mark(userId: string): Promise<string[]> {
    this.marks.set(userId, ++this.revocations);
    return Promise.resolve([...this.listOf(userId).keys()]);
  }

  markEveryone(): Promise<number> {
    this.everyone = ++this.revocations;
    return Promise.resolve(this.everyone);
  }

  /** The list without what has expired. */
  private listOf(userId: string): Map<string, number> {
    const alive = [...(this.listed.get(userId) ?? [])].filter(([, until]) => until > this.clock.now());
    const list = new Map(alive);
    this.listed.set(userId, list);
    return list;
  }
}
