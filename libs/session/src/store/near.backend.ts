import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Milliseconds, NearCacheStatistics, SessionEvents } from '../common/index.js';
import { isCluster, KeyTracking, notOnCluster, type RedisConnection } from '../redis/index.js';
import { NearCache, type NearCacheLimits, type NearEntry } from './near.cache.js';
import type { ReadText } from './record.reader.js';
import { type ReadOptions, RedisRecordBackend } from './record.backend.js';
import { outcomeOf, type RecordWrite, saveRecord, type SaveOutcome } from './save.script.js';

/**
 * Records in Redis, and texts that are known to be unchanged in this process too.
 *
 * Own writes are not announced (`NOLOOP`), so each of them ends what is known of its key, or says what is known from now on. Calls leave and
 * are answered in their order on one connection: what was read before a write has been taken in before the write is answered.
 * Where its outcome is unknown it may still run later, so reads that were sent before it are void.
 */
export class NearRecordBackend extends RedisRecordBackend implements OnModuleInit, OnApplicationShutdown {
  private readonly cache: NearCache<ReadText>;
  private readonly tracking: KeyTracking;

  /**
   * @param connection a standalone one or of a Sentinel, on which nothing else writes sessions
   * @throws InvalidOptionError for a Cluster
   */
  constructor(connection: RedisConnection, limits: NearCacheLimits, events: SessionEvents) {
    super(connection);
    const { client } = connection;
    if (isCluster(client)) throw notOnCluster();
    const refused = (reason: string): void => events.emit({ type: 'nearCache.refused', reason });
    this.cache = new NearCache(limits, () => this.tracking, refused);
    this.tracking = new KeyTracking(client, this.cache);
    events.measuring.nearCache = () => this.statistics;
  }

  onModuleInit(): void {
    this.tracking.start();
  }

  onApplicationShutdown(): void {
    this.tracking.close();
  }

  /** How it has fared since the start. */
  override get statistics(): NearCacheStatistics {
    return this.cache.statistics();
  }

  override get isNear(): boolean {
    return true;
  }

  override near(key: string): NearEntry<ReadText> | undefined {
    return this.cache.find(key);
  }

  override remember(key: string, text: string, value: ReadText): void {
    this.cache.attach(key, text, value);
  }

  override async read(key: string, how: ReadOptions = {}): Promise<string | null> {
    if (how.isKept !== true) return super.read(key, how);
    const ticket = this.cache.begin(key);
    let text: string | null = null;
    try {
      text = await super.read(key, how);
      return text;
    } finally {
      this.cache.fill(ticket, text || undefined);
    }
  }

  override save(write: RecordWrite): Promise<SaveOutcome> {
    const { key } = write;
    // Over another connection, so that it is announced like a write of somebody else and ends what was known.
    if (this.redis.isDurable(write)) return this.writing(key, super.save(write));
    const ticket = this.cache.begin(key);
    return saveRecord(this.redis, write, { isTracked: ticket !== undefined }).then(
      (reply) => {
        const saved = outcomeOf(reply);
        if (saved.outcome === 'saved') this.cache.fill(ticket, write.text, write.content);
        else this.cache.fill(ticket, undefined);
        return saved;
      },
      (error: unknown) => {
        this.cache.forget(key);
        this.cache.fill(ticket, undefined);
        throw error;
      },
    );
  }

  override take(key: string): Promise<string | null> {
    return this.writing(key, super.take(key));
  }

  override put(key: string, text: string, expiresIn: Milliseconds): Promise<void> {
    return this.writing(key, super.put(key, text, expiresIn));
  }

  override expire(key: string, within: Milliseconds): Promise<void> {
    return this.writing(key, super.expire(key, within));
  }

  private async writing<T>(key: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      this.cache.forget(key);
    }
  }
}
