import { createHmac, hash } from 'node:crypto';
import { type Milliseconds, remember } from '../common/index.js';
import { endOf } from './day.calendar.js';
import type { ResolvedAnalyticsOptions } from './analytics.options.js';

/** The window of active sessions moves on by this part of itself. */
const BUCKETS = 5;
/** 96 bits, so that two sessions hardly ever count as one. */
const ELEMENT_LENGTH = 16;
const MOST_SECRETS = 4;

/**
 * Names keys, says when they end, and turns handles into what a HyperLogLog is given.
 *
 * All keys share a slot, so that one script can write them and one pipeline read them, in a Cluster too.
 */
export class AnalyticsKeys {
  private readonly start: string;
  private readonly bucketLength: Milliseconds;
  /** Of the days that are being counted, around midnight two, and of the active sessions. */
  private readonly secrets = new Map<string, string>();

  constructor(
    private readonly options: Pick<ResolvedAnalyticsOptions, 'prefix' | 'keptFor' | 'activeWithin'>,
    private readonly secret: Buffer,
  ) {
    this.start = `${options.prefix}{all}:`;
    this.bucketLength = Math.ceil(options.activeWithin / BUCKETS);
  }

  /** Sorted sets of sums: `requests` and `replaced`, and the requests of each route. */
  counts = (day: string): string => `${this.start}${day}:counts`;
  routes = (day: string): string => `${this.start}${day}:routes`;
  /** HyperLogLogs of sessions. */
  sessions = (day: string): string => `${this.start}${day}:sessions`;
  lasted = (day: string, duration: Milliseconds): string => `${this.start}${day}:lasted:${duration}`;
  step = (day: string, funnel: string, step: string): string =>
    `${this.start}${day}:step:${encodeURIComponent(funnel)}:${encodeURIComponent(step)}`;
  /** The number of the last batch of a process. */
  writer = (name: string): string => `${this.start}writer:${name}`;
  /** HyperLogLog of the sessions that were last used in a bucket, and beside it the sorted set of its sums. */
  active = (bucket: number): string => `${this.start}active:${bucket}`;
  activeCounts = (bucket: number): string => `${this.start}active:${bucket}:counts`;

  /** When the keys of a day go, in milliseconds since 1970. */
  dayEnd(day: string): number {
    return endOf(day) + this.options.keptFor;
  }

  /** When a bucket goes: once no reader asks for it, and a little more for clocks that differ. */
  bucketEnd(bucket: number): number {
    return (bucket + 2 * BUCKETS + 1) * this.bucketLength;
  }

  bucketOf(instant: number): number {
    return Math.floor(instant / this.bucketLength);
  }

  /** The buckets that hold what was active, the current one first. The oldest one is counted whole. */
  bucketsAt(instant: number): number[] {
    return Array.from({ length: BUCKETS + 1 }, (_, back) => this.bucketOf(instant) - back);
  }

  /**
   * What stands for a session on a day: its hash under a secret of that day. So neither MONITOR nor a replica sees a handle, and what
   * was written on two days cannot be linked.
   *
   * The secret goes first and has one length, and only a part of the hash is given away: what HMAC adds is not needed then, and it
   * would take many times as long.
   */
  element(period: string, handle: string): string {
    return hash('sha256', this.secretOf(period) + handle, 'base64url').slice(0, ELEMENT_LENGTH);
  }

  private secretOf(period: string): string {
    const known = this.secrets.get(period);
    if (known !== undefined) return known;
    const secret = createHmac('sha256', this.secret).update(period).digest('base64url');
    remember(this.secrets, period, secret, MOST_SECRETS);
    return secret;
  }
}
