import type { Clock, Milliseconds } from '../common/index.js';

/** A map whose entries have an end, and that never grows beyond a bound. */
export class ExpiringMap<T> {
  private readonly entries = new Map<string, { value: T; end: number }>();

  constructor(
    private readonly clock: Clock,
    /** Entries; for one more, those that have ended make place, and if there are none the oldest one in a hundred. */
    private readonly most: number,
  ) {}

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.end > this.clock.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: T, lives: Milliseconds): void {
    if (lives <= 0) return this.delete(key);
    if (this.entries.size >= this.most && !this.entries.has(key)) this.makePlace();
    this.entries.set(key, { value, end: this.clock.now() + lives });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Everything that has not ended. */
  *[Symbol.iterator](): Generator<[key: string, value: T]> {
    const now = this.clock.now();
    for (const [key, { value, end }] of this.entries) if (end > now) yield [key, value];
  }

  private makePlace(): void {
    const now = this.clock.now();
    for (const [key, { end }] of this.entries) if (end <= now) this.entries.delete(key);
    for (const key of this.entries.keys()) {
      // Room for more than one, or a flood of new keys would look at all of them each time.
      if (this.entries.size < this.most * 0.99) return;
      this.entries.delete(key);
    }
  }
}
