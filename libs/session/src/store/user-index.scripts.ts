import { type LuaScript, luaScript } from '../redis/index.js';

/** Takes entries off the index whose time is over, on Redis's clock; leaves `time` and `now`, in milliseconds, behind. */
const PRUNE_INDEX = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
`;

/** Keeps the index as long as its longest entry, of ARGV[2] milliseconds. */
const KEEP_INDEX = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
`;

/**
 * KEYS[1] the user's index. ARGV: handle, milliseconds that the entry is to live.
 *
 *   TIME; ZREMRANGEBYSCORE index -inf now; ZADD index GT (now + ms) handle; PTTL index; PEXPIRE index ms
 *
 * Atomic, so that the key never exists without an expiry. Pruned by score on Redis's clock, never because a session is
 * missing: between the entry and the session's own write there is a moment in which it is.
 */
export const ENTER: LuaScript = luaScript(`
${PRUNE_INDEX}
redis.call('ZADD', KEYS[1], 'GT', now + ARGV[2], ARGV[1])
${KEEP_INDEX}`);

/**
 * KEYS[1] the user's index. ARGV: handle, milliseconds that the entry is to live, most sessions or "", handle that the new one replaces
 * or "". Returns [whether it was entered, microseconds since 1970].
 *
 *   TIME; ZREMRANGEBYSCORE index -inf now; ZCARD, ZSCORE index (if there is a limit);
 *   ZADD index GT (now + ms + 0.5) handle; PTTL index; PEXPIRE index ms
 *
 * Atomic, because of two logins at one time that both saw one place left, both would take it. A repeat finds its own entry
 * and does not count it. The half millisecond tells an entry whose session may not be written yet from all others.
 */
export const ADMIT: LuaScript = luaScript(`
${PRUNE_INDEX}
local at = time[1] * 1000000 + time[2]
if ARGV[3] ~= '' then
  local others = redis.call('ZCARD', KEYS[1])
  if redis.call('ZSCORE', KEYS[1], ARGV[1]) then others = others - 1 end
  if ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[4]) then others = others - 1 end
  if others >= tonumber(ARGV[3]) then return {0, at} end
end
redis.call('ZADD', KEYS[1], 'GT', string.format('%.1f', now + ARGV[2] + 0.5), ARGV[1])
${KEEP_INDEX}
return {1, at}
`);

/**
 * KEYS[1] the user's index, KEYS[2] the user's mark. ARGV: handle, milliseconds that the entry is to live. Returns [mark, entries].
 *
 *   TIME; ZREMRANGEBYSCORE index -inf now; ZADD index (now + ms) handle; PTTL index; PEXPIRE index ms; GET mark; ZCARD index
 *
 * Atomic, so that whoever revokes later finds the entry, and whoever revoked before has left a mark that is found here.
 */
export const SETTLE: LuaScript = luaScript(`
${PRUNE_INDEX}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
${KEEP_INDEX}
return {tonumber(redis.call('GET', KEYS[2]) or '0'), redis.call('ZCARD', KEYS[1])}
`);

/**
 * KEYS[1] the user's index, KEYS[2] the user's mark. ARGV: number of this revocation, milliseconds that the mark is kept.
 *
 *   GET mark; SET mark number PX ms (if it is higher); TIME; ZREMRANGEBYSCORE index -inf now; ZRANGE index 0 -1
 *
 * Atomic: a login either is in the list that this returns, or finds the mark when it asks after its own write.
 */
export const MARK: LuaScript = luaScript(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[2]) or '0') then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) end
${PRUNE_INDEX}
return redis.call('ZRANGE', KEYS[1], 0, -1)
`);

/**
 * KEYS[1] the mark for everybody. ARGV: number of this revocation, milliseconds that the mark is kept.
 *
 *   GET mark; SET mark number PX ms (if it is higher)
 *
 * Atomic, so that of two revocations at one time the later one's number stays.
 */
export const MARK_EVERYONE: LuaScript = luaScript(`
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or '0') then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
`);

/** KEYS[1] the counter of revocations. ARGV: milliseconds that it is kept. INCR; PEXPIRE. Returns the new number. */
export const NEXT: LuaScript = luaScript(`
local number = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return number`);
