import { Logger } from '@nestjs/common';
import { type Clock, hours, type Milliseconds, randomToken, StoreUnavailableError } from '../common/index.js';
import type { RedisConnection } from '../redis/index.js';
import type { AnalyticsKeys } from './analytics.keys.js';
import type { ResolvedAnalyticsOptions } from './analytics.options.js';
import { additionsOf } from './batch.maker.js';
import { type Batch, writeBatch } from './count.script.js';
import type { SessionTally } from './session.tally.js';

/** For so long a batch whose answer was lost is known again. Then it is dropped, because it might count twice. */
const REMEMBERED: Milliseconds = hours(1);
const NAME_BYTES = 9;
/** So many sessions and steps are written at once: to make a batch of many more would keep everybody else waiting. */
const SOON = 500;

/** A batch that has still to be written. */
interface WaitingBatch {
  readonly batch: Batch;
  readonly requests: number;
  readonly madeAt: number;
}

/**
 * Writes the tally to Redis, in the background and one batch after the other. While Redis is away one batch waits, and what comes
 * is added up in the tally, within its bounds.
 */
export class TallyWriter {
  private readonly logger = new Logger('SessionAnalytics');
  private readonly name = randomToken(NAME_BYTES);
  private number = 0;
  private waiting: WaitingBatch[] = [];
  private queue: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private isWriting = false;
  private isFailing = false;
  private isClosed = false;
  /** Requests of batches that were never written. */
  private dropped = 0;

  constructor(
    private readonly redis: Pick<RedisConnection, 'script'>,
    private readonly tally: SessionTally,
    private readonly keys: AnalyticsKeys,
    private readonly options: Pick<ResolvedAnalyticsOptions, 'flushEvery' | 'durations'>,
    private readonly clock: Clock,
  ) {}

  /** Sees to it that what was counted is written: soon, or at once where it is much. */
  schedule(): void {
    if (this.isClosed) return;
    if (this.tally.entries >= SOON && !this.isWriting && !this.isFailing) this.flushInBackground();
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.flushInBackground();
    }, this.options.flushEvery);
    // A process that has nothing else to do may end.
    this.timer.unref();
  }

  /** Writes all that was counted before. @throws StoreUnavailableError if some of it has to wait */
  flush(): Promise<void> {
    this.isWriting = true;
    const flushed = this.queue.then(() => this.write()).finally(() => (this.isWriting = false));
    this.queue = flushed.catch(() => undefined);
    return flushed;
  }

  /** Writes for the last time, unless that has just failed. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    // Then it was told already, and another attempt would only keep the process from ending.
    if (this.isFailing) return;
    await this.flush().catch((error: unknown) => {
      this.logger.warn(`The last counts before the end were not written: ${reasonOf(error)}`);
    });
  }

  private flushInBackground(): void {
    // What failed has been told, and is tried again.
    this.flush().catch(() => this.schedule());
  }

  private async write(): Promise<void> {
    try {
      await this.writeWaiting();
      this.waiting = this.batches();
      await this.writeWaiting();
      if (this.isFailing) this.logger.log(`Counts are written again; missing so far: ${this.missing}.`);
      this.isFailing = false;
    } catch (error) {
      // Once an outage, not once a second.
      if (!this.isFailing) this.logger.warn(`Counts wait until they can be written: ${reasonOf(error)}`);
      this.isFailing = true;
      // No fault in what is written may stay in front for ever.
      if (!(error instanceof StoreUnavailableError)) this.drop();
      throw error;
    }
  }

  private async writeWaiting(): Promise<void> {
    for (let [next] = this.waiting; next !== undefined; [next] = this.waiting) {
      if (this.isTooOld(next)) this.dropped += next.requests;
      else await writeBatch(this.redis, next.batch);
      this.waiting.shift();
    }
  }

  /** What is missing in the counts: requests, and sessions of requests that could not be remembered. */
  get missing(): number {
    return this.dropped + this.tally.dropped;
  }

  private batches(): WaitingBatch[] {
    const now = this.clock.now();
    return this.tally.take().map((day) => ({
      requests: day.requests,
      madeAt: now,
      batch: {
        writer: this.keys.writer(this.name),
        rememberedFor: REMEMBERED,
        id: ++this.number,
        additions: additionsOf(day, this.keys, { ...this.options, now }),
      },
    }));
  }

  private isTooOld({ madeAt }: WaitingBatch): boolean {
    return this.clock.now() - madeAt >= REMEMBERED;
  }

  private drop(): void {
    this.dropped += this.waiting.shift()?.requests ?? 0;
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
