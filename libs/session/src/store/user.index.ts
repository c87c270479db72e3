import { type Clock, days, type Milliseconds } from '../common/index.js';
import { type LuaScript, luaScript, type RedisConnection } from '../redis/index.js';
import { sideKeysOf, userKeyOf } from './key.names.js';

/** A login in flight lives for seconds; a mark has to outlive every login that began before it. */
const MARK_KEPT: Milliseconds = days(1);
/** The counter must outlive every mark that was made of it. */
const COUNTER_KEPT: Milliseconds = days(30);

/**
 * KEYS[1] the user's index. ARGV: handle, milliseconds that the entry is to live.
 *
 *   TIME; ZREMRANGEBYSCORE index -inf now; ZADD index GT (now + ms) handle; PTTL index; PEXPIRE index ms
 *
 * Atomic, so that the key never exists without an expiry. Pruned by score on Redis's clock, never because a session is
 * missing: between the entry and the session's own write there is a moment in which it is.
 */
const ENTER: LuaScript = luaScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], 'GT', now + ARGV[2], ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
`);

/**
 * KEYS[1] the user's index, KEYS[2] the user's mark. ARGV: number of this revocation, milliseconds that the mark is kept.
 *
 *   GET mark; SET mark number PX ms (if it is higher); TIME; ZREMRANGEBYSCORE index -inf now; ZRANGE index 0 -1
 *
 * Atomic: a login either is in the list that this returns, or finds the mark when it asks after its own write.
 */
const MARK: LuaScript = luaScript(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] * 1000 + math.floor(time[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)
`);

/**
 * Which sessions a user has, and up to which revocation they are void. No step compares clocks of machines: revocations are numbered
 * by one counter.
 */
export abstract class UserIndex {
  /** Lists a session, or keeps it listed for longer. Before the session itself is written, so that none is ever unlisted. */
  abstract enter(userId: string, handle: string, lives: Milliseconds): Promise<void>;
  /** Takes sessions off the list that have ended. */
  abstract leave(userId: string, handles: readonly string[]): Promise<void>;
  /** The number of the latest revocation of anybody; 0 if there was none. A login asks before it checks the password. */
  abstract latest(): Promise<number>;
  /** Numbers a revocation of a user's sessions. @returns the handles listed at that moment */
  abstract mark(userId: string): Promise<string[]>;
  /** Whether the user's sessions were revoked after the revocation of that number. A login asks after its session is written. */
  abstract isRevokedSince(userId: string, number: number): Promise<boolean>;
}

/** In Redis. The keys of one user share a slot, so any Cluster can run the scripts. */
export class RedisUserIndex extends UserIndex {
  constructor(
    private readonly redis: RedisConnection,
    /** Start of session keys; the index stands beside them: `sess:` gives `sess-user:{<userId>}`. */
    private readonly prefix: string,
  ) {
    super();
  }

  async enter(userId: string, handle: string, lives: Milliseconds): Promise<void> {
    await this.redis.script(ENTER, [this.keyOf(userId)], [handle, Math.ceil(lives)], { repeatable: true });
  }

  async leave(userId: string, handles: readonly string[]): Promise<void> {
    if (handles.length === 0) return;
    await this.redis.run((client) => client.zrem(this.keyOf(userId), ...handles), { repeatable: true });
  }

  async latest(): Promise<number> {
    return Number(await this.redis.run((client) => client.get(this.counterKey), { repeatable: true }));
  }

  async mark(userId: string): Promise<string[]> {
    const number = await this.redis.run(
      async (client) => {
        const replies = await client
          .multi()
          .incr(this.counterKey)
          .pexpire(this.counterKey, COUNTER_KEPT)
          .exec();
        return Number(replies?.[0]?.[1]);
      },
      // A number that nobody uses does no harm.
      { repeatable: true },
    );
    const keys = [this.keyOf(userId), `${this.keyOf(userId)}:revoked`];
    const handles = await this.redis.script(MARK, keys, [number, MARK_KEPT], { repeatable: true });
    return Array.isArray(handles) ? handles.map(String) : [];
  }

  async isRevokedSince(userId: string, number: number): Promise<boolean> {
    const mark = await this.redis.run((client) => client.get(`${this.keyOf(userId)}:revoked`), {
      repeatable: true,
    });
    return Number(mark) > number;
  }

  private get counterKey(): string {
    return sideKeysOf(this.prefix).revocations;
  }

  private keyOf(userId: string): string {
    return userKeyOf(this.prefix, userId);
  }
}

/** In this process, for a store whose records are kept there too. */
export class MemoryUserIndex extends UserIndex {
  private readonly listed = new Map<string, Map<string, number>>();
  private readonly marks = new Map<string, number>();
  private revocations = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  enter(userId: string, handle: string, lives: Milliseconds): Promise<void> {
    const until = new Map([...(this.listed.get(userId) ?? [])].filter(([, end]) => end > this.clock.now()));
    this.listed.set(userId, until.set(handle, this.clock.now() + lives));
    return Promise.resolve();
  }

  leave(userId: string, handles: readonly string[]): Promise<void> {
    for (const handle of handles) this.listed.get(userId)?.delete(handle);
    return Promise.resolve();
  }

  latest(): Promise<number> {
    return Promise.resolve(this.revocations);
  }

  mark(userId: string): Promise<string[]> {
    this.marks.set(userId, ++this.revocations);
    return Promise.resolve([...(this.listed.get(userId)?.keys() ?? [])]);
  }

  isRevokedSince(userId: string, number: number): Promise<boolean> {
    return Promise.resolve((this.marks.get(userId) ?? 0) > number);
  }
}
