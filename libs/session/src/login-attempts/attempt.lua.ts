import {
  type AttemptLimits,
  FAILURES_KEPT,
  generationKept,
  MOST_DEVICES,
  noPolicy,
  SPRAYING_WINDOW,
} from './attempt.limits.js';

/** Eight numbers as they are in memory: writing and reading them as text took a third of the script's time. */
export const RECORD = '<dddddddd';
export const RECORD_BYTES = 64;
/** Four instants and a few counts are less; what is more, or no number, is none of ours. */
export const MOST_OF_RECORD = 1e15;

/**
 * What the scripts have in common. Text that is none of ours, and keys of another type, count as absent: `MGET` gives nothing for them
 * where `GET` would fail, `SET` replaces them, and what else fails is tried again on an empty key.
 */
export const TIME = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function get(key) return redis.call('MGET', key)[1] end
local function number(text) return tonumber(text or 0) or 0 end
`;

/**
 * Reading, writing and giving back; what {@link open} and its neighbours are in TypeScript. A record is eight numbers: start, count,
 * blockedUntil, level, levelUntil; then of an account failures, state and generation; of an address when the day of tried accounts began, how
 * many of them were not logged in to, and whether that was told; of a pair generation, the account's window and how many of its attempts
 * are the pair's.
 */
export function recordLua({
  account = noPolicy,
  address = noPolicy,
  pair = noPolicy,
}: AttemptLimits): string {
  return `${TIME}
local function read(raw)
  local r = {0, 0, 0, 0, 0, 0, 0, 0}
  if raw and #raw == ${RECORD_BYTES} then r = {struct.unpack('${RECORD}', raw)} end
  local sum = r[1] + r[2] + r[3] + r[4] + r[5] + r[6] + r[7] + r[8]
  return sum >= 0 and sum < ${MOST_OF_RECORD} and r or {0, 0, 0, 0, 0, 0, 0, 0}
end
local function write(key, r, ends)
  if ends > now then redis.call('SET', key, struct.pack('${RECORD}', unpack(r, 1, 8)), 'PX', ends - now) else redis.call('DEL', key) end
end
local function till(r, window) return math.max(r[2] > 0 and r[1] + window or 0, r[5], r[3]) end
local function writeAccount(a)
  local ends = till(a, ${account.window})
  if a[6] > 0 then ends = math.max(ends, now + ${account.window}) end
  if a[7] > 0 then ends = now + ${FAILURES_KEPT} end
  if a[8] > 0 then ends = math.max(ends, now + ${generationKept({ account, pair })}) end
  write(KEYS[1], a, ends)
end
local function writeAddress(i) write(KEYS[2], i, math.max(till(i, ${address.window}), i[6] > 0 and i[6] + ${SPRAYING_WINDOW} or 0)) end
local function writePair(p) write(KEYS[3], p, math.max(till(p, ${pair.window}), p[8] > 0 and p[7] + ${account.window} or 0)) end
local function giveBack(r, count, most)
  r[2] = math.max(0, r[2] - count)
  if r[3] > now and r[2] < most then r[3] = 0; r[4] = math.max(0, r[4] - 1) end
  if r[4] == 0 then r[5] = 0 end
end
local function isShared(a, p) return p[8] > 0 and p[6] == a[8] and p[7] == a[1] end
`;
}

/** What stands before the name of an account where a set of accounts has no other; a HyperLogLog begins otherwise. */
export const FIRST = '=';

/** Counting a set of accounts. */
export const SIZE_OF = `
local function sizeOf(key)
  if string.sub(get(key) or '', 1, 1) == '${FIRST}' then return 1 end
  local size = redis.pcall('PFCOUNT', key)
  return type(size) == 'number' and size or 0
end
`;

/** Adds to a set of accounts. @returns Lua that leaves in `added` whether the account was not in it */
export const enter = (key: string, name: string): string => `
local added = redis.pcall('PFADD', ${key}, ${name})
if type(added) ~= 'number' then redis.call('DEL', ${key}); added = redis.call('PFADD', ${key}, ${name}) end`;

/** Makes a device known, unless the password was changed since; names too many are added to the reply. */
export function rememberLua({ device }: AttemptLimits): string {
  const kept = device?.keptFor ?? 1;
  return `
local function remember(record, devices, change, since, name, reply)
  if number(get(change)) > number(since) then return end
  redis.call('SET', record, now .. ' 0', 'PX', ${kept})
  if type(redis.pcall('ZREMRANGEBYSCORE', devices, '-inf', now)) ~= 'number' then redis.call('DEL', devices) end
  redis.call('ZADD', devices, now + ${kept}, name)
  redis.call('PEXPIRE', devices, ${kept})
  local more = redis.call('ZCARD', devices) - ${MOST_DEVICES}
  if more > 0 then
    for _, each in ipairs(redis.call('ZRANGE', devices, 0, more - 1)) do reply[#reply + 1] = each end
  end
end
`;
}
