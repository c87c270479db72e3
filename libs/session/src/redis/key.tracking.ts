import type { Redis } from 'ioredis';
import { type Milliseconds, seconds } from '../common/index.js';
import { revive } from './client.revival.js';
import { explainFailure } from './redis.failures.js';

/** Where Redis announces keys, to connections that speak RESP2. */
const CHANNEL = '__redis__:invalidate';
/** Both connections are asked this often whether they still live, and have as long to answer. */
const BEAT: Milliseconds = seconds(1);

export interface KeyTrackingListener {
  /** A key that was read over the connection was changed by others, has expired, or was removed. */
  invalidated(key: string): void;
  /** From now on nothing that was read before is known to be unchanged: the connection was lost, or Redis was emptied. */
  flushed(): void;
  /** Redis refuses to announce keys; asked again at each beat. Told once until it works. */
  refused(reason: string): void;
}

/**
 * Lets Redis tell when keys that were read over a connection change (client-side caching, `CLIENT TRACKING`).
 *
 *   data connection: CLIENT TRACKING ON REDIRECT <id of the feed> NOLOOP, PING once a second
 *   feed:            CLIENT ID, SUBSCRIBE __redis__:invalidate, PING once a second
 *
 * Two connections, because ioredis speaks RESP3 and drops its push messages; the feed speaks RESP2. A connection that is half
 * open loses announcements without a word (redis/redis#11767), so both are pinged: within two seconds at most nothing that was
 * missed is believed any more.
 *
 * `NOLOOP`: what the data connection writes itself is not announced, and ends the tracking of that key; a script that writes
 * reads the key once more at its end. So nothing else may write these keys over that connection.
 */
export class KeyTracking {
  private readonly feed: Redis;
  private readonly prefix: string;
  private trusted = false;
  /** Of the one set-up that counts: a later event makes the earlier ones void. */
  private attempt = 0;
  private feedId: number | undefined;
  private awaited = 0;
  private isRefused = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly data: Redis,
    private readonly listener: KeyTrackingListener,
  ) {
    this.prefix = data.options.keyPrefix ?? '';
    this.feed = data.duplicate({
      protocol: 2,
      lazyConnect: true,
      autoResubscribe: false,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      keyPrefix: '',
    });
  }

  /** Whether every change since the last {@link KeyTrackingListener.flushed} was announced, as far as can be known. */
  get isTrusted(): boolean {
    return this.trusted;
  }

  /** Begins; does not wait for the connections. Call once. */
  start(): void {
    // Failures show in `close`; an 'error' event that nobody listens to ends the process.
    this.feed.on('error', () => undefined);
    this.feed.on('messageBuffer', this.hear);
    this.feed.on('close', this.loseFeed);
    revive(this.feed, () => !this.isClosed);
    this.data.on('close', this.distrust);
    for (const connection of [this.data, this.feed]) connection.on('ready', this.rearm);
    this.feed.connect().catch(() => undefined);
    this.timer = setInterval(this.beat, BEAT).unref();
    void this.arm();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.timer);
    this.data.off('close', this.distrust);
    this.data.off('ready', this.rearm);
    this.distrust();
    this.feed.disconnect();
  }

  private readonly rearm = (): void => void this.arm();

  /** Sets everything up anew once both connections are there, and believes it from then on. */
  private async arm(): Promise<void> {
    this.distrust();
    const { attempt, data, feed } = this;
    if (data.status !== 'ready' || feed.status !== 'ready') return;
    try {
      // A connection that has subscribed is not told its id any more.
      this.feedId ??= await feed.client('ID');
      await feed.subscribe(CHANNEL);
      // Off first: it may still point to a feed that is gone.
      await data.call('CLIENT', 'TRACKING', 'OFF');
      await data.call('CLIENT', 'TRACKING', 'ON', 'REDIRECT', this.feedId, 'NOLOOP');
      if (attempt !== this.attempt) return;
      this.awaited = 0;
      this.trusted = true;
      this.isRefused = false;
    } catch (error) {
      if (attempt !== this.attempt || this.isRefused) return;
      this.isRefused = true;
      this.listener.refused(explainFailure(error));
    }
  }

  private readonly hear = (channel: Buffer, keys: unknown): void => {
    if (channel.toString() !== CHANNEL) return;
    if (!Array.isArray(keys)) return this.listener.flushed();
    for (const key of keys) this.listener.invalidated(String(key).slice(this.prefix.length));
  };

  private readonly loseFeed = (): void => {
    this.feedId = undefined;
    this.distrust();
  };

  private readonly distrust = (): void => {
    this.attempt++;
    this.trusted = false;
    this.listener.flushed();
  };

  private readonly beat = (): void => {
    if (this.data.status !== 'ready' || this.feed.status !== 'ready') return;
    if (this.awaited > 0) {
      if (this.trusted) this.distrust();
      return;
    }
    if (!this.trusted) return void this.arm();
    for (const connection of [this.data, this.feed]) {
      this.awaited++;
      connection.ping().then(this.answered, this.answered);
    }
  };

  private readonly answered = (): void => {
    this.awaited = Math.max(0, this.awaited - 1);
    // Both are late, and both are here again: as if they had been lost.
    if (this.awaited === 0 && !this.trusted) void this.arm();
  };
}
