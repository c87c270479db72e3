import { isUtf8 } from 'node:buffer';
import { messageOf, type RedisConnection } from '../redis/index.js';
import { type RecordWrite, saveRecord, type SaveOutcome } from './save.script.js';

/** Where records are kept: a few verbs, each of them one atomic step. */
export interface RecordBackend {
  /** The text, or `null` when there is none or it has expired. Never an error for a missing key. */
  read(key: string): Promise<string | null>;
  /** Writes under the condition of the write; repeating it does no harm. */
  save(write: RecordWrite): Promise<SaveOutcome>;
  /** Whether there was something to remove; repeating it does no harm. */
  remove(key: string): Promise<boolean>;
}

/** Records in Redis: GET, the save script, DEL. One key each, so that any Cluster can run them. */
export class RedisRecordBackend implements RecordBackend {
  constructor(private readonly redis: RedisConnection) {}

  async read(key: string): Promise<string | null> {
    try {
      const text = await this.redis.run((client) => client.get(key), { repeatable: true });
      return text?.includes('\uFFFD') ? await this.readExactly(key) : text;
    } catch (error) {
      // A key of another type is not a session, and a browser must not be locked out by it.
      if (messageOf(error).startsWith('WRONGTYPE')) return '';
      throw error;
    }
  }

  save(write: RecordWrite): Promise<SaveOutcome> {
    return saveRecord(this.redis, write);
  }

  async remove(key: string): Promise<boolean> {
    return (await this.redis.run((client) => client.del(key), { repeatable: true })) > 0;
  }

  /**
   * The text if its bytes are UTF-8. Wrong bytes become U+FFFD on the way; what was loaded would then never equal what
   * is stored, and no write could succeed.
   */
  private async readExactly(key: string): Promise<string | null> {
    const bytes = await this.redis.run((client) => client.getBuffer(key), { repeatable: true });
    if (bytes === null) return null;
    return isUtf8(bytes) ? bytes.toString() : '';
  }
}
