import { type Milliseconds, type NearCacheStatistics, UnderWay } from '../common/index.js';
import type { KeyTrackingListener } from '../redis/index.js';
import { StoredText } from './stored.text.js';

/** What `nearCache` may do. */
export interface NearCacheLimits {
  readonly maxEntries: number;
  readonly maxAge: Milliseconds;
}

/** A text that Redis holds, and what was made of it. Looked at at once: its place may be given to a newer text of the same key. */
export class NearEntry<T> {
  /** Whether it was found since it stands where it stands. */
  isUsed = false;

  constructor(
    public stored: StoredText,
    /** Whatever the reader wants to find beside the text the next time. */
    public value: T | undefined,
    /** By a clock that nobody sets. */
    public readAt: number,
  ) {}
}

/** A read or write that is under way; what Redis announces meanwhile makes it void. */
export class NearTicket {
  isVoid = false;
  behind: this | undefined;

  constructor(readonly key: string) {}
}

/**
 * Texts that are known to be what Redis holds: each was read while Redis was announcing changes, and no change of it was announced since the
 * read was sent. Bounded in number; one that was not asked for lately goes first.
 */
export class NearCache<T> implements KeyTrackingListener {
  private readonly entries = new Map<string, NearEntry<T>>();
  private readonly underWay = new UnderWay<NearTicket>();
  private hits = 0;
  private misses = 0;
  private drops = 0;
  private flushes = 0;

  /** @param onRefused told the reason if Redis refuses to announce changes */
  constructor(
    private readonly limits: NearCacheLimits,
    private readonly tracking: () => { readonly isTrusted: boolean },
    private readonly onRefused: (reason: string) => void = () => undefined,
    private readonly now: () => Milliseconds = () => performance.now(),
  ) {}

  /** What is known of a key; `undefined` if Redis has to be asked. */
  find(key: string): NearEntry<T> | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || !this.tracking().isTrusted) {
      this.misses++;
      return undefined;
    }
    if (this.now() - entry.readAt > this.limits.maxAge) {
      this.entries.delete(key);
      this.misses++;
      return undefined;
    }
    entry.isUsed = true;
    this.hits++;
    return entry;
  }

  /** Call before Redis is asked, and give the ticket to {@link fill}. `undefined` where nothing can be known afterwards. */
  begin(key: string): NearTicket | undefined {
    if (!this.tracking().isTrusted) return undefined;
    const ticket = new NearTicket(key);
    this.underWay.add(ticket);
    return ticket;
  }

  /**
   * Ends what {@link begin} began.
   *
   * @param text what Redis holds now; `undefined` if that is not known, or nothing
   * @param value what to find beside it
   */
  fill(ticket: NearTicket | undefined, text: string | undefined, value?: T): void {
    if (ticket === undefined) return;
    const { key } = ticket;
    this.underWay.remove(ticket);
    if (text === undefined || ticket.isVoid || !this.tracking().isTrusted) {
      this.entries.delete(key);
      return;
    }
    // What was made of it is worth more than it is: it need not be kept too.
    const stored = value === undefined ? StoredText.of(text) : StoredText.withoutText(text);
    const entry = this.entries.get(key);
    if (entry !== undefined) {
      // In its place: see UnderWay of what leaves a Map.
      entry.stored = stored;
      entry.value = value;
      entry.readAt = this.now();
      return;
    }
    this.entries.set(key, new NearEntry(stored, value, this.now()));
    if (this.entries.size > this.limits.maxEntries) this.makeRoom();
  }

  /** Drops the first that was not found since it was put where it stands; those that were go to the end, and have to be found again. */
  private makeRoom(): void {
    for (const [key, entry] of this.entries) {
      this.entries.delete(key);
      if (!entry.isUsed) return;
      entry.isUsed = false;
      this.entries.set(key, entry);
    }
  }

  /** Puts something beside a text that is still there, for the next who finds it. */
  attach(key: string, text: string, value: T): void {
    const entry = this.entries.get(key);
    if (entry?.stored.text === text) entry.value = value;
  }

  /** This process has changed the key, or perhaps will: nothing is known of it. */
  forget(key: string): void {
    this.entries.delete(key);
    this.underWay.forEachOf(key, makeVoid);
  }

  invalidated(key: string): void {
    if (this.entries.has(key)) this.drops++;
    this.forget(key);
  }

  flushed(): void {
    if (this.entries.size > 0) this.flushes++;
    this.entries.clear();
    this.underWay.forEach(makeVoid);
  }

  refused(reason: string): void {
    this.onRefused(reason);
  }

  statistics(): NearCacheStatistics {
    const { hits, misses, drops, flushes } = this;
    const { isTrusted } = this.tracking();
    return { entries: this.entries.size, hits, misses, drops, flushes, isTrusted };
  }
}

/** It began before this moment. */
function makeVoid(ticket: NearTicket): void {
  ticket.isVoid = true;
}
