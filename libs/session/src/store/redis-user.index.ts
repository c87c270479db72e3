import { days, type Milliseconds, minutes } from '../common/index.js';
import type { RedisConnection } from '../redis/index.js';
import { type SideKeys, sideKeysOf, userKeyOf } from './key.names.js';
import { type Admission, type IndexEntry, UserIndex } from './user.index.js';
import { ADMIT, ENTER, MARK, MARK_EVERYONE, NEXT, SETTLE } from './user-index.scripts.js';

/** A login in flight lives for seconds; a mark has to outlive every login that began before it. */
const MARK_KEPT: Milliseconds = days(1);
/** The counter must outlive every mark that was made of it. */
const COUNTER_KEPT: Milliseconds = days(30);
/** How long a session is listed that is about to be written; writing it takes no longer than a few calls to Redis may. */
export const PROVISIONAL: Milliseconds = minutes(1);

/** All of it decides who may be logged in. */
const DURABLE = { repeatable: true, durable: 'login' } as const;

/** In Redis. The keys of one user share a slot, so any Cluster can run the scripts. */
export class RedisUserIndex extends UserIndex {
  private readonly side: SideKeys;

  constructor(
    private readonly redis: RedisConnection,
    /** Start of session keys; the index stands beside them: `sess:` gives `sess-user:{<userId>}`. */
    private readonly prefix: string,
  ) {
    super();
    this.side = sideKeysOf(prefix);
  }

  async enter(userId: string, handle: string, lives: Milliseconds): Promise<void> {
    await this.redis.script(ENTER, [this.keyOf(userId)], [handle, Math.ceil(lives)], {
      repeatable: true,
      durable: 'data',
    });
  }

  async admit(
    userId: string,
    { handle, limit, replaces }: Admission,
  ): Promise<{ isAdmitted: boolean; at: number }> {
    const args = [handle, PROVISIONAL, limit ?? '', replaces ?? ''];
    const reply = await this.redis.script(ADMIT, [this.keyOf(userId)], args, DURABLE);
    const [isAdmitted, at] = numbersOf(reply);
    return { isAdmitted: isAdmitted === 1, at: at ?? 0 };
  }

  async settle(
    userId: string,
    { handle, lives, since }: { handle: string; lives: Milliseconds; since: number },
  ): Promise<{ isRevoked: boolean; count: number }> {
    const [reply, everyone] = await Promise.all([
      this.redis.script(
        SETTLE,
        [this.keyOf(userId), this.markOf(userId)],
        [handle, Math.ceil(lives)],
        DURABLE,
      ),
      this.redis.run((client) => client.get(this.side.revokedEveryone), {
        repeatable: true,
        key: this.side.revokedEveryone,
      }),
    ]);
    const [mark = 0, count = 0] = numbersOf(reply);
    return { isRevoked: mark > since || Number(everyone) > since, count };
  }

  async leave(userId: string, handles: readonly string[]): Promise<void> {
    if (handles.length === 0) return;
    const key = this.keyOf(userId);
    await this.redis.run((client) => client.zrem(key, ...handles), { repeatable: true, key });
  }

  async entries(userId: string): Promise<IndexEntry[]> {
    const key = this.keyOf(userId);
    const reply = await this.redis.run((client) => client.zrange(key, '0', '-1', 'WITHSCORES'), {
      repeatable: true,
      key,
    });
    return entriesOf(reply);
  }

  async latest(): Promise<number> {
    const key = this.side.revocations;
    return Number(await this.redis.run((client) => client.get(key), { repeatable: true, key }));
  }

  async mark(userId: string): Promise<string[]> {
    const number = await this.next();
    const keys = [this.keyOf(userId), this.markOf(userId)];
    const handles = await this.redis.script(MARK, keys, [number, MARK_KEPT], DURABLE);
    return Array.isArray(handles) ? handles.map(String) : [];
  }

  async markEveryone(): Promise<number> {
    const number = await this.next();
    await this.redis.script(MARK_EVERYONE, [this.side.revokedEveryone], [number, MARK_KEPT], DURABLE);
    return number;
  }

  /** A new number. One that nobody uses does no harm, so the call may be repeated. */
  private async next(): Promise<number> {
    return Number(await this.redis.script(NEXT, [this.side.revocations], [COUNTER_KEPT], DURABLE));
  }

  private keyOf(userId: string): string {
    return userKeyOf(this.prefix, userId);
  }

  private markOf(userId: string): string {
    return `${this.keyOf(userId)}:revoked`;
  }
}

const numbersOf = (reply: unknown): number[] => (Array.isArray(reply) ? reply.map(Number) : []);

/** RESP2 gives handles and scores by turns, RESP3 in pairs; ioredis may give either. */
function entriesOf(reply: readonly unknown[]): IndexEntry[] {
  const flat = reply.flat();
  return flat
    .map((handle, place) => ({
      handle: String(handle),
      isSettled: Number.isInteger(Number(flat[place + 1])),
    }))
    .filter((_, place) => place % 2 === 0);
}
