import { type LuaScript, luaScript } from '../redis/index.js';
import {
  type AttemptLimits,
  CHANGE_KEPT,
  CHANGES_KEPT,
  noPolicy,
  SPRAYING_WINDOW,
} from './attempt.limits.js';
import { enter, recordLua, rememberLua, SIZE_OF, TIME } from './attempt.lua.js';
import { reserveScript } from './reserve.script.js';

/** The scripts for one set of limits, which stand in them as constants: sending and reading them each time would cost more. */
export interface AttemptScripts {
  /** See {@link reserveScript}. */
  readonly reserve: LuaScript;
  /**
   * KEYS account, address, pair, succeeded, device of the attempt, device that becomes known, devices of the user, the user's change.
   * ARGV: name of the account, start of the address's window or 0, number of the latest change when the attempt was reserved, name of
   * the device record that becomes known or "", start of the device's window or 0.
   *
   *   TIME; MGET account address pair; SET or DEL account; DEL pair; SET or DEL address PX; PFADD succeeded, PEXPIRE;
   *   MGET device, SET device KEEPTTL; MGET change; SET device PX; ZREMRANGEBYSCORE, ZADD, PEXPIRE, ZCARD[, ZRANGE] devices
   *
   * Atomic, so that a change of password either finds the device on the list, or has left a mark that is found here.
   * Returns [failures before, names of records that are too many].
   */
  readonly succeed: LuaScript;
  /** KEYS account, address, pair[, device]. ARGV: starts of their windows. TIME; MGET; SET or DEL each. */
  readonly release: LuaScript;
  /** KEYS account. ARGV: state, failures that there must be. TIME; MGET; SET PX. Returns whether it changed. */
  readonly mark: LuaScript;
  /** KEYS account, address, pair, tried, succeeded. TIME; MGET; PFCOUNT twice. Returns four numbers of each record, and the two counts. */
  readonly read: LuaScript;
  /**
   * KEYS of each record that may block the record and the account of it, which is itself where it is no pair. ARGV of each "account", "address" or "pair".
   * TIME; MGET each. Returns of those that block, or whose credential is disabled, [place, time left, blocks in a row, failures, whether disabled].
   * Atomic, so that all are judged at one moment, a pair together with its account.
   */
  readonly blocks: LuaScript;
  /** KEYS account. ARGV: "1" to forget failures. TIME; MGET; SET PX. A new generation makes all pairs of the account void. */
  readonly unblock: LuaScript;
  /** KEYS device, devices of the user, the user's change. ARGV: number of the latest change that is known, name of the record. As in `succeed`. */
  readonly remember: LuaScript;
  /**
   * KEYS changes, the user's change, devices of the user. TIME; MGET changes; SET changes PX; SET change PX; ZRANGE devices. The number
   * is the time, or one more than the last, so that it also grows if the last one was lost. Returns [number, names].
   */
  readonly passwordChanged: LuaScript;
}

/** Prepares the scripts for a set of limits. */
export function attemptScripts(limits: AttemptLimits): AttemptScripts {
  const { account = noPolicy, address = noPolicy, pair = noPolicy } = limits;
  const common = recordLua(limits);
  const remember = rememberLua(limits);
  return {
    reserve: reserveScript(limits),
    succeed: luaScript(`${common}${remember}
local raw = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
local a, i, p = read(raw[1]), read(raw[2]), read(raw[3])
local failures = math.max(0, a[6] - 1)
if isShared(a, p) then giveBack(a, p[8], ${account.maxAttempts}) end
if a[7] < 2 then a[6] = 0; a[7] = 0 end
writeAccount(a)
if raw[3] then redis.call('DEL', KEYS[3]) end
if i[1] > 0 and i[1] == tonumber(ARGV[2]) then giveBack(i, 1, ${address.maxAttempts}) end
local ends = i[6] + ${SPRAYING_WINDOW}
if ARGV[2] ~= '0' and i[6] > 0 and ends > now then
  ${enter('KEYS[4]', 'ARGV[1]')}
  if added == 1 then i[7] = math.max(0, i[7] - 1); redis.call('PEXPIRE', KEYS[4], ends - now) end
end
if raw[2] then writeAddress(i) end
${giveBackDevice('KEYS[5]', 'ARGV[5]')}
local reply = {failures}
if ARGV[4] ~= '' then remember(KEYS[6], KEYS[7], KEYS[8], ARGV[3], ARGV[4], reply) end
return reply
`),
    release: luaScript(`${common}
local raw = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
local a, i, p = read(raw[1]), read(raw[2]), read(raw[3])
if a[1] > 0 and a[1] == tonumber(ARGV[1]) and isShared(a, p) then
  giveBack(a, 1, ${account.maxAttempts})
  p[8] = p[8] - 1
end
if raw[1] then a[6] = math.max(0, a[6] - 1); writeAccount(a) end
if i[1] > 0 and i[1] == tonumber(ARGV[2]) then giveBack(i, 1, ${address.maxAttempts}); writeAddress(i) end
if p[1] > 0 and p[1] == tonumber(ARGV[3]) then giveBack(p, 1, ${pair.maxAttempts}) end
if raw[3] then writePair(p) end
${giveBackDevice('KEYS[4]', 'ARGV[4]')}
`),
    mark: luaScript(`${common}
local a = read(get(KEYS[1]))
if a[7] >= tonumber(ARGV[1]) or a[6] < tonumber(ARGV[2]) then return 0 end
a[7] = tonumber(ARGV[1])
writeAccount(a)
return 1
`),
    read: luaScript(`${common}${SIZE_OF}
local raw = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3])
local a, i, p = read(raw[1]), read(raw[2]), read(raw[3])
if p[6] ~= a[8] then p = read(false) end
local reply = {}
for n, r in ipairs({a, i, p}) do
  local over = r[3] > 0 and now >= r[3] or r[3] == 0 and now - r[1] >= ({${account.window}, ${address.window}, ${pair.window}})[n]
  reply[#reply + 1] = over and 0 or r[2]
  reply[#reply + 1] = math.max(0, r[3] - now)
  reply[#reply + 1] = n == 1 and r[6] or 0
  reply[#reply + 1] = n == 1 and r[7] or 0
end
reply[13] = sizeOf(KEYS[4])
reply[14] = sizeOf(KEYS[5])
return reply
`),
    blocks: luaScript(`${common}
local reply = {}
for n, kind in ipairs(ARGV) do
  local r = read(get(KEYS[2 * n - 1]))
  local isDisabled = kind == 'account' and r[7] >= 2
  local isVoid = kind == 'pair' and read(get(KEYS[2 * n]))[8] ~= r[6]
  if isDisabled or r[3] > now and not isVoid then
    for _, number in ipairs({n, math.max(0, r[3] - now), r[4], kind == 'account' and r[6] or 0, isDisabled and 1 or 0}) do
      reply[#reply + 1] = number
    end
  end
end
return reply
`),
    unblock: luaScript(`${common}
local a = read(get(KEYS[1]))
a = {0, 0, 0, 0, 0, a[6], a[7], math.max(now, a[8] + 1)}
if ARGV[1] == '1' then a[6] = 0; a[7] = 0 end
writeAccount(a)
`),
    remember: luaScript(`${TIME}${remember}
local reply = {}
remember(KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2], reply)
return reply
`),
    passwordChanged: luaScript(`${TIME}
local change = math.max(now, number(get(KEYS[1])) + 1)
redis.call('SET', KEYS[1], change, 'PX', ${CHANGES_KEPT})
redis.call('SET', KEYS[2], change, 'PX', ${CHANGE_KEPT})
local names = redis.pcall('ZRANGE', KEYS[3], 0, -1)
if names.err then redis.call('DEL', KEYS[3]); names = {} end
return {change, unpack(names)}
`),
  };
}

/** To the window it was made in; a key that is none, where the attempt was not on a known device, has no window "0". */
const giveBackDevice = (key: string, start: string): string => `
if ${key} and ${start} ~= '0' then
  local start, count = string.match(get(${key}) or '', '^(%d+) (%d+)$')
  if start == ${start} then redis.call('SET', ${key}, start .. ' ' .. math.max(0, count - 1), 'KEEPTTL') end
end`;
