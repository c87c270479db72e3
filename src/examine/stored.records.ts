import { Injectable } from '@nestjs/common';
import { RedisConnection } from 'nestjs-redis-session';

/** How sessions are named in Redis: `session.prefix`, which this application leaves as it is. */
const PREFIX = 'sess:';

/** A session as Redis has it. */
export interface StoredRecord {
  key: string;
  /** Redis's name for what the key holds. */
  type: string;
  /** Until Redis removes it, ms. */
  timeToLive: number;
  /** What it takes in Redis, its key included, bytes. */
  memory: number;
  /** The text, parsed; hashes of secrets are cut. */
  value: unknown;
}

/** The memory of the whole Redis, from `INFO memory`. */
export interface RedisMemory {
  /** Bytes. */
  used: number;
  /** Bytes; 0 without a limit. */
  limit: number;
  /** What Redis removes when the limit is reached. Sessions want `noeviction` or `volatile-*`. */
  policy: string;
}

/** Looks at sessions as redis-cli does, on the connection that sessions use. */
@Injectable()
export class StoredRecords {
  constructor(private readonly redis: RedisConnection) {}

  /** What is stored of a session; `undefined` if nothing is, or no more. @throws StoreUnavailableError */
  async find(handle: string): Promise<StoredRecord | undefined> {
    const key = `${PREFIX}${handle}`;
    const [type, timeToLive, memory, text] = await this.redis.run(
      (client) =>
        Promise.all([client.type(key), client.pttl(key), client.memory('USAGE', key), client.get(key)]),
      { repeatable: true },
    );
    if (text === null) return undefined;
    return { key, type, timeToLive, memory: memory ?? 0, value: JSON.parse(text, cutHashes) };
  }

  /** @throws StoreUnavailableError */
  async memory(): Promise<RedisMemory> {
    const info = await this.redis.run(async (client) => String(await client.call('INFO', 'memory')), {
      repeatable: true,
    });
    const field = (name: string): string => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
    return {
      used: Number(field('used_memory')),
      limit: Number(field('maxmemory')),
      policy: field('maxmemory_policy'),
    };
  }
}

/** They let nobody in, and are of no use on a page either. */
function cutHashes(name: string, value: unknown): unknown {
  if (name !== 'secrets' || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, hash]) => [
      field,
      typeof hash === 'string' ? `${hash.slice(0, 6)}…` : hash,
    ]),
  );
}
