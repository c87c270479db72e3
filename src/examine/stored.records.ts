import { Injectable } from '@nestjs/common';
import { RedisConnection } from 'nestjs-redis-session';
import { serversOf } from '../redis.servers.js';

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

/** The memory of the whole Redis, from `INFO memory`; of a Cluster that of all primaries together. */
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
    const infos = await this.redis.run(
      (client) => Promise.all(serversOf(client).map((server) => server.info('memory'))),
      { repeatable: true },
    );
    const sum = (name: string): number =>
      infos.reduce((total, info) => total + Number(fieldOf(info, name)), 0);
    const [first = ''] = infos;
    return {
      used: sum('used_memory'),
      limit: sum('maxmemory'),
      policy: fieldOf(first, 'maxmemory_policy'),
    };
  }
}

const fieldOf = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';

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
