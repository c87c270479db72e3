import type { Milliseconds } from '../common/index.js';
import { type LuaScript, luaScript, type RedisConnection } from '../redis/index.js';

/** One request that is to be counted. */
export interface Hit {
  key: string;
  /** Not used for any other request: a repeat of this one is known by it. */
  id: string;
  /** How long it counts, in milliseconds, whole. */
  ttl: Milliseconds;
  /** How many may be counted at one time. */
  limit: number;
  /** How long nobody passes once there were more, in milliseconds, whole; 0 or less: until the oldest one counts no more. */
  blockDuration: Milliseconds;
}

/** What is known of a key after a hit. */
export interface Count {
  totalHits: number;
  /** Milliseconds until the window ends. */
  windowLeft: Milliseconds;
  isBlocked: boolean;
  /** Milliseconds until the block ends; 0 without one. */
  blockLeft: Milliseconds;
}

/**
 * KEYS[1] a sorted set: each counted hit by the instant at which it counts no more, and beside them `window` and, during a
 * block, `blocked`, by the instant at which they end. ARGV: id of the hit, and in milliseconds ttl; limit; and in milliseconds
 * blockDuration. Returns [hits, ms until the window ends, 1 if blocked, ms until the block ends].
 *
 *   TIME; ZSCORE key blocked; DEL key (if the block is over); ZREMRANGEBYSCORE key -inf now;
 *   ZSCORE key window; ZADD key (now + ttl) window (if there is none); ZCARD key; ZSCORE key id;
 *   ZADD key (now + ttl) id (if it is let in); ZADD key (now + blockDuration) blocked (if it is one too many);
 *   ZRANGE key -1 -1, PEXPIRE key ms (if it was counted, or the key is new)
 *
 * Atomic, because of two requests at one time that both saw one place left, both would take it; and so that the key never
 * exists without an expiry. A refused request is not counted and moves no expiry, so that nobody prolongs a block. One key, so
 * that any Cluster can run it. Redis's own clock, so that servers whose clocks differ count alike. The id makes a repeat
 * harmless: ioredis asks again after a lost connection, whether or not the first call was carried out.
 */
const COUNT: LuaScript = luaScript(`
local key, id = KEYS[1], ARGV[1]
local ttl, limit, blockDuration = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function instant(member) return tonumber(redis.call('ZSCORE', key, member) or 0) end

local blockEnd = instant('blocked')
if blockEnd > 0 and blockEnd <= now then
  redis.call('DEL', key)
  blockEnd = 0
end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
local windowEnd = instant('window')
if windowEnd == 0 then
  windowEnd = now + ttl
  redis.call('ZADD', key, windowEnd, 'window')
end

local hits = redis.call('ZCARD', key) - 1
if blockEnd > 0 then hits = hits - 1 end
local isRepeat = instant(id) > 0
local isLetIn = blockEnd == 0
if blockDuration <= 0 then isLetIn = hits < limit end
if isLetIn and not isRepeat then
  redis.call('ZADD', key, now + ttl, id)
  hits = hits + 1
end

local isBlocked, retryAt = false, now
if blockDuration > 0 then
  if blockEnd == 0 and hits > limit then
    blockEnd = now + blockDuration
    redis.call('ZADD', key, blockEnd, 'blocked')
  end
  if blockEnd > 0 then isBlocked, retryAt = true, blockEnd end
elseif not isLetIn and not isRepeat then
  isBlocked, retryAt = true, windowEnd
  local first = redis.call('ZRANGE', key, 0, 2, 'WITHSCORES')
  for i = #first - 1, 1, -2 do
    if first[i] ~= 'window' and first[i] ~= 'blocked' then retryAt = tonumber(first[i + 1]) end
  end
  hits = hits + 1
end

if (isLetIn and not isRepeat) or redis.call('PTTL', key) < 0 then
  local last = redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')
  redis.call('PEXPIRE', key, last[2] - now)
end
return {hits, windowEnd - now, isBlocked and 1 or 0, retryAt - now}
`);

/** Counts a hit in one round trip; safe to repeat. @throws StoreUnavailableError */
export async function countHit(
  redis: Pick<RedisConnection, 'script'>,
  { key, id, ttl, limit, blockDuration }: Hit,
): Promise<Count> {
  const reply = await redis.script(COUNT, [key], [id, ttl, limit, blockDuration], { repeatable: true });
  // A client of the application may be set to give numbers as text.
  const [totalHits = 0, windowLeft = 0, isBlocked, blockLeft = 0] = Array.isArray(reply)
    ? reply.map(Number)
    : [];
  return { totalHits, windowLeft, isBlocked: isBlocked === 1, blockLeft };
}
