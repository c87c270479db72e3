import { messageOf, type RedisConnection } from '../redis/index.js';
import { type RecordWrite, saveRecord, type SaveOutcome } from './save.script.js';

/** Where records are kept: a few verbs, each of them one atomic step. */
export interface RecordBackend {
  /** The text, or `null` when there is none or it has expired. Never an error for a missing key. */
  read(key: string): Promise<string | null>;
  /** Writes under the condition of the write; repeating it does no harm. */
  save(write: RecordWrite): Promise<SaveOutcome>;
  /** Removes the text and gives it back; `null` if there was none. Repeating it does no harm. */
  take(key: string): Promise<string | null>;
}

/** Records in Redis: GET, the save script, GETDEL. One key each, so that any Cluster can run them. */
export class RedisRecordBackend implements RecordBackend {
  constructor(private readonly redis: RedisConnection) {}

  async read(key: string): Promise<string | null> {
    try {
      return await this.redis.run((client) => client.get(key), { repeatable: true });
    } catch (error) {
      // A key of another type is not a session, and a browser must not be locked out by it.
      if (messageOf(error).startsWith('WRONGTYPE')) return '';
      throw error;
    }
  }

  save(write: RecordWrite): Promise<SaveOutcome> {
    return saveRecord(this.redis, write);
  }

  async take(key: string): Promise<string | null> {
    try {
      return await this.redis.run((client) => client.getdel(key), { repeatable: true });
    } catch (error) {
      if (!messageOf(error).startsWith('WRONGTYPE')) throw error;
      await this.redis.run((client) => client.del(key), { repeatable: true });
      return '';
    }
  }
}
