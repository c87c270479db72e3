import type { Milliseconds, NearCacheStatistics } from '../common/index.js';
import type { KeyTrackingListener } from '../redis/index.js';

/** What `nearCache` may do. */
export interface NearCacheLimits {
  readonly maxEntries: number;
  readonly maxAge: Milliseconds;
}

/** A text that was read from Redis, and what was made of it. */
export interface NearEntry<T> {
  readonly text: string;
  /** By a clock that nobody sets. */
  readonly readAt: number;
  /** Whatever the reader wants to find beside the text the next time. */
  value?: T;
  /** Whether it was found since it stands where it stands. */
  isUsed?: boolean;
}

/** A read or write that is under way; what Redis announces meanwhile makes it void. */
export interface NearTicket {
  readonly key: string;
  isVoid: boolean;
  /** Another one of the same key that began before it. */
  earlier: NearTicket | undefined;
}

/**
 * Texts that are known to be what Redis holds: each was read while Redis was announcing changes, and no change of it was announced since the
 * read was sent. Bounded in number; one that was not asked for lately goes first.
 */
export class NearCache<T> implements KeyTrackingListener {
  private readonly entries = new Map<string, NearEntry<T>>();
  /** The latest of each key. */
  private readonly underWay = new Map<string, NearTicket>();
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
    const ticket: NearTicket = { key, isVoid: false, earlier: this.underWay.get(key) };
    this.underWay.set(key, ticket);
    return ticket;
  }

  /** Ends what {@link begin} began. @param text what Redis holds now; `undefined` if that is not known, or nothing */
  fill(ticket: NearTicket | undefined, text: string | undefined): void {
    if (ticket === undefined) return;
    const { key } = ticket;
    this.leave(ticket);
    this.entries.delete(key);
    if (text === undefined || ticket.isVoid || !this.tracking().isTrusted) return;
    this.entries.set(key, { text, readAt: this.now() });
    if (this.entries.size > this.limits.maxEntries) this.makeRoom();
  }

  private leave(ticket: NearTicket): void {
    const { key, earlier } = ticket;
    let later = this.underWay.get(key);
    if (later === ticket) {
      if (earlier === undefined) this.underWay.delete(key);
      else this.underWay.set(key, earlier);
      return;
    }
    while (later !== undefined && later.earlier !== ticket) later = later.earlier;
    if (later !== undefined) later.earlier = earlier;
  }

  /** Voids all that began before this moment. */
  private void(ticket: NearTicket | undefined): void {
    for (let each = ticket; each !== undefined; each = each.earlier) each.isVoid = true;
  }

  /** Drops the first that was not found since it was put where it stands; those that were go to the end, and have to be found again. */
  private makeRoom(): void {
    for (const [key, entry] of this.entries) {
      this.entries.delete(key);
      if (entry.isUsed !== true) return;
      entry.isUsed = false;
      this.entries.set(key, entry);
    }
  }

  /** Puts something beside a text that is still there, for the next who finds it. */
  attach(key: string, text: string, value: T): void {
    const entry = this.entries.get(key);
    if (entry?.text === text) entry.value = value;
  }

  /** This process has changed the key, or perhaps will: nothing is known of it. */
  forget(key: string): void {
    this.entries.delete(key);
    this.void(this.underWay.get(key));
  }

  invalidated(key: string): void {
    if (this.entries.has(key)) this.drops++;
    this.forget(key);
  }

  flushed(): void {
    if (this.entries.size > 0) this.flushes++;
    this.entries.clear();
    for (const latest of this.underWay.values()) this.void(latest);
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
