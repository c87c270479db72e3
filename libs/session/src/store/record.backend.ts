import type { Milliseconds, NearCacheStatistics } from '../common/index.js';
import { isUtf8 } from 'node:buffer';
import { messageOf, type RedisConnection, scanKeys } from '../redis/index.js';
import type { NearEntry } from './near.cache.js';
import type { ReadText } from './record.reader.js';
import { outcomeOf, type RecordWrite, saveRecord, type SaveOutcome } from './save.script.js';

export interface ReadOptions {
  /** Whether the text may be found by {@link RecordBackend.near} from now on. */
  isKept?: boolean;
}

/**
 * Where records are kept: a few verbs, each of them one atomic step but `keys`. Also the token under which SessionModule
 * provides it.
 */
export abstract class RecordBackend {
  /** The longest that one call may take, in milliseconds. */
  abstract readonly maxWait: Milliseconds;
  /** The text, or `null` when there is none or it has expired. Never an error for a missing key. */
  abstract read(key: string, how?: ReadOptions): Promise<string | null>;
  /** The texts of several keys, each as {@link read} gives it, in one round trip. */
  abstract readMany(keys: readonly string[]): Promise<(string | null)[]>;
  /** Writes under the condition of the write; repeating it does no harm. */
  abstract save(write: RecordWrite): Promise<SaveOutcome>;
  /** Removes the text and gives it back; `null` if there was none. Repeating it does no harm. */
  abstract take(key: string): Promise<string | null>;
  /** Keeps a text for a while, over whatever is there. */
  abstract put(key: string, text: string, expiresIn: Milliseconds): Promise<void>;
  /** Lets what is there expire that much later than now; 0 or less removes it. Never creates; a missing key is no error. */
  abstract expire(key: string, within: Milliseconds): Promise<void>;
  /** What this process knows of a key without asking; `undefined` if it does not know, which is the rule without a near cache. */
  near(_key: string): NearEntry<ReadText> | undefined {
    return undefined;
  }
  /** How the near cache has fared, where there is one. */
  get statistics(): NearCacheStatistics | undefined {
    return undefined;
  }
  /** Whether {@link near} may find anything. */
  get isNear(): boolean {
    return false;
  }
  /** Keeps something beside a text that {@link near} finds; nothing if it does not find that text. */
  remember(_key: string, _text: string, _value: ReadText): void {}
  /** Every key that starts with `prefix`, in batches of about `count`; a key may come twice. */
  abstract keys(prefix: string, count: number): AsyncIterable<string[]>;
}

/** Records in Redis: GET, the save script, GETDEL, SET, PEXPIRE, SCAN. One key each, so that any Cluster can run them. */
export class RedisRecordBackend extends RecordBackend {
  constructor(protected readonly redis: RedisConnection) {
    super();
  }

  get maxWait(): Milliseconds {
    return this.redis.maxWait;
  }

  async read(key: string, _how?: ReadOptions): Promise<string | null> {
    try {
      const text = await this.redis.run((client) => client.get(key), { repeatable: true, key });
      return text?.includes('\uFFFD') ? await this.readExactly(key) : text;
    } catch (error) {
      // A key of another type is not a session, and a browser must not be locked out by it.
      if (messageOf(error).startsWith('WRONGTYPE')) return '';
      throw error;
    }
  }

  async readMany(keys: readonly string[]): Promise<(string | null)[]> {
    if (keys.length === 0) return [];
    // A Cluster has them in many slots, and sends what is asked at one time to each node together.
    if (this.redis.client.isCluster) return Promise.all(keys.map((key) => this.read(key)));
    return this.redis.run((client) => client.mget(...keys), { repeatable: true });
  }

  save(write: RecordWrite): Promise<SaveOutcome> {
    return saveRecord(this.redis, write).then(outcomeOf);
  }

  async take(key: string): Promise<string | null> {
    try {
      const taken = await this.redis.command(['getdel', key], { repeatable: true, key, durable: 'login' });
      return typeof taken === 'string' ? taken : null;
    } catch (error) {
      if (!messageOf(error).startsWith('WRONGTYPE')) throw error;
      await this.redis.command(['del', key], { repeatable: true, key, durable: 'login' });
      return '';
    }
  }

  async put(key: string, text: string, expiresIn: Milliseconds): Promise<void> {
    await this.redis.run((client) => client.set(key, text, 'PX', Math.max(1, Math.ceil(expiresIn))), {
      repeatable: true,
      key,
    });
  }

  async expire(key: string, within: Milliseconds): Promise<void> {
    await this.redis.run((client) => client.pexpire(key, Math.ceil(within)), { repeatable: true, key });
  }

  keys(prefix: string, count: number): AsyncIterable<string[]> {
    return scanKeys(this.redis, prefix, { count });
  }

  /**
   * The text if its bytes are UTF-8. Wrong bytes become U+FFFD on the way; what was loaded would then never equal what
   * is stored, and no write could succeed.
   */
  private async readExactly(key: string): Promise<string | null> {
    const bytes = await this.redis.run((client) => client.getBuffer(key), { repeatable: true, key });
    if (bytes === null) return null;
    return isUtf8(bytes) ? bytes.toString() : '';
  }
}
