import { type LuaScript, luaScript } from '../redis/index.js';
import {
  type AttemptLimits,
  FAILURES_KEPT,
  generationKept,
  noPolicy,
  SPRAYING_WINDOW,
} from './attempt.limits.js';
import { FIRST, MOST_OF_RECORD, RECORD, RECORD_BYTES, TIME } from './attempt.lua.js';
import type { AttemptPolicy } from './attempt.policy.js';

/** Of each attempt. */
const KEYS_EACH = 5;

/**
 * The script that every attempt runs. It stands there without functions and tables, as text made of the pieces below: making those anew
 * at each run took a third of its time. A record is eight variables, such as a1 to a8; which is which says {@link AttemptRecord}.
 *
 * It takes several attempts, one after the other: what Redis and ioredis do for a call costs as much as what is done in it.
 * KEYS changes, then for each account, address, pair, tried, and the device, or any key where there is none.
 * ARGV for each: name of the account; 1 if the address counts, and 2 more if there is a device.
 *
 *   TIME; for each MGET changes account address pair[; MGET device]
 *   known device:  SET device KEEPTTL; SET account PX
 *   one blocked:   nothing, or SET of what blocks from now on
 *   otherwise:     SET account, address, pair PX or KEEPTTL; for a new pair SET tried PX, or MGET, [DEL,] PFADD, PEXPIRE
 *
 * Atomic, so that of 500 attempts at one time as many are let through as there is room for, and no key is without an expiry.
 * Returns for each, as doubles, because a list of numbers costs Redis and ioredis several times as much: [1, changes, starts of account, address, pair, their counts, when the address's window ends, failures, state, start and count
 * of the device, blocks of account, address, pair, sprayed], without the zeros at the end; or [0, times left of account, address,
 * pair, blocks that begin now].
 */
export function reserveScript(limits: AttemptLimits): LuaScript {
  const { account = noPolicy, address = noPolicy, pair = noPolicy } = limits;
  return luaScript(
    `${TIME}
local replies = {}
for n = 1, #ARGV / 2 do repeat
local at, name, how = (n - 1) * ${KEYS_EACH} + 1, ARGV[2 * n - 1], ARGV[2 * n]
local raw = redis.call('MGET', KEYS[1], KEYS[at + 1], KEYS[at + 2], KEYS[at + 3])
local changes = number(raw[1])
${read('a', 2)}
${read('i', 3)}
${read('p', 4)}
local isCounted = how == '1' or how == '3'
local endOfA, endOfI, endOfP = -1, -1, -1
${findEndOfAddress(limits, 'endOfI')}
${findEndOfPair(limits, 'endOfP')}
if p6 ~= a8 then p1, p2, p3, p4, p5, p6, p7, p8, endOfP = 0, 0, 0, 0, 0, a8, 0, 0, -1 end
${onDevice(limits)}
${open('a', account)}
${open('i', address)}
${open('p', pair)}
local beginsA, beginsI, beginsP = 0, 0, 0
if a3 == 0 and a2 >= ${account.maxAttempts} then ${block('a', account, 'beginsA')} ${writeAccount(limits)} end
if isCounted and i3 == 0 and i2 >= ${address.maxAttempts} then ${block('i', address, 'beginsI')} ${writeAddress(limits)} end
if p3 == 0 and p2 >= ${pair.maxAttempts} then ${block('p', pair, 'beginsP')} ${writePair(limits)} end
if a3 > now or p3 > now or isCounted and i3 > now then
  local leftI = isCounted and math.max(0, i3 - now) or 0
  replies[n] = struct.pack('${doubles(7)}', 0, math.max(0, a3 - now), leftI, math.max(0, p3 - now), beginsA, beginsI, beginsP)
  break
end
a2 = a2 + 1
a6 = a6 + 1
if a2 >= ${account.maxAttempts} then ${block('a', account, 'beginsA')} end
${writeAccount(limits)}
local sprayed = 0
if isCounted then
  i2 = i2 + 1
  if i2 >= ${address.maxAttempts} then ${block('i', address, 'beginsI')} end
  ${spraying(limits)}
  ${writeAddress(limits)}
end
p2 = p2 + 1
if p7 ~= a1 then p7 = a1; p8 = 0 end
p8 = p8 + 1
if p2 >= ${pair.maxAttempts} then ${block('p', pair, 'beginsP')} end
${writePair(limits)}
local startI, countI, resets = isCounted and i1 or 0, isCounted and i2 or 0, i1 + ${address.window} - now
if sprayed + beginsA + beginsI + beginsP == 0 then replies[n] = struct.pack('${doubles(11)}', 1, changes, a1, startI, p1, a2, countI, p2, resets, a6, a7)
else replies[n] = struct.pack('${doubles(17)}', 1, changes, a1, startI, p1, a2, countI, p2, resets, a6, a7, 0, 0, beginsA, beginsI, beginsP, sprayed) end
until true end
return replies
`,
    { isBinary: true },
  );
}

/** The format of so many numbers. */
const doubles = (count: number): string => `<${'d'.repeat(count)}`;

const KEY = { a: 'KEYS[at + 1]', i: 'KEYS[at + 2]', p: 'KEYS[at + 3]' } as const;
/** Account, address (Internet) and pair. */
type Name = keyof typeof KEY;

const fields = (r: Name): string => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${r}${n}`).join(', ');

const read = (r: Name, place: number): string => `
local ${fields(r)} = 0, 0, 0, 0, 0, 0, 0, 0
if raw[${place}] and #raw[${place}] == ${RECORD_BYTES} then
  ${fields(r)} = struct.unpack('${RECORD}', raw[${place}])
  local sum = ${fields(r).replaceAll(',', ' +')}
  if not (sum >= 0 and sum < ${MOST_OF_RECORD}) then ${fields(r)} = 0, 0, 0, 0, 0, 0, 0, 0 end
end`;

/** When a record is over. */
const findEnd = (r: Name, { window }: AttemptPolicy, into: string): string => `
${into} = ${r}5 > ${r}3 and ${r}5 or ${r}3
if ${r}2 > 0 and ${r}1 + ${window} > ${into} then ${into} = ${r}1 + ${window} end`;

/** The day of the accounts that were tried outlives a window. */
const findEndOfAddress = ({ address = noPolicy }: AttemptLimits, into: string): string => `
${findEnd('i', address, into)}
if i6 > 0 and i6 + ${SPRAYING_WINDOW} > ${into} then ${into} = i6 + ${SPRAYING_WINDOW} end`;

/** The pair's share of the account's window outlives a shorter window of its own. */
const findEndOfPair = ({ account = noPolicy, pair = noPolicy }: AttemptLimits, into: string): string => `
${findEnd('p', pair, into)}
if p8 > 0 and p7 + ${account.window} > ${into} then ${into} = p7 + ${account.window} end`;

/** Most attempts fall into a window that is going on, and leave the end that its key has as it is. */
const write = (r: 'i' | 'p', place: number, { end, known }: { end: string; known: string }): string => `
local ends
${end}
if ends == ${known} and raw[${place}] then redis.call('SET', ${KEY[r]}, struct.pack('${RECORD}', ${fields(r)}), 'KEEPTTL')
else redis.call('SET', ${KEY[r]}, struct.pack('${RECORD}', ${fields(r)}), 'PX', ends - now); ${known} = ends end`;

const writeAddress = (limits: AttemptLimits): string =>
  write('i', 3, { end: findEndOfAddress(limits, 'ends'), known: 'endOfI' });

const writePair = (limits: AttemptLimits): string =>
  write('p', 4, { end: findEndOfPair(limits, 'ends'), known: 'endOfP' });

const writeAccount = ({ account = noPolicy, pair = noPolicy }: AttemptLimits): string => `
${findEnd('a', account, 'endOfA')}
if now + ${account.window} > endOfA then endOfA = now + ${account.window} end
if a7 > 0 then endOfA = now + ${FAILURES_KEPT} end
if a8 > 0 and now + ${generationKept({ account, pair })} > endOfA then endOfA = now + ${generationKept({ account, pair })} end
redis.call('SET', ${KEY.a}, struct.pack('${RECORD}', ${fields('a')}), 'PX', endOfA - now)`;

/** Begins a window where none is going on. */
const open = (r: Name, { window }: AttemptPolicy): string => `
if ${r}3 > 0 and now >= ${r}3 or ${r}3 == 0 and (${r}2 == 0 or now - ${r}1 >= ${window}) then ${r}1 = now; ${r}2 = 0; ${r}3 = 0 end
if now >= ${r}5 then ${r}4 = 0; ${r}5 = 0 end`;

const block = (r: Name, { blockDuration, backoff, maxBlock }: AttemptPolicy, length: string): string => `
${length} = math.ceil(math.min(${maxBlock}, ${blockDuration} * ${backoff} ^ math.min(${r}4, 64)))
${r}4 = ${r}4 + 1
${r}3 = now + ${length}
${r}5 = ${r}3 + ${maxBlock}`;

/** An attempt from a device that its account was logged in on before. */
const onDevice = (limits: AttemptLimits): string =>
  limits.device === undefined
    ? ''
    : `
local start, count
if how >= '2' then start, count = string.match(get(KEYS[at + 5]) or '', '^(%d+) (%d+)$') end
if start then
  start, count = tonumber(start), tonumber(count)
  if now - start >= ${limits.device.window} then start = now; count = 0 end
  if count < ${limits.device.maxAttempts} then
    redis.call('SET', KEYS[at + 5], start .. ' ' .. (count + 1), 'KEEPTTL')
    a6 = a6 + 1
    ${writeAccount(limits)}
    replies[n] = struct.pack('${doubles(13)}', 1, changes, 0, 0, 0, 0, 0, 0, 0, a6, a7, start, count + 1)
    break
  end
end`;

/**
 * One window for the accounts tried and those logged in to: otherwise those of yesterday would hide some of today. The first account of a
 * day, which from most addresses is the only one, stands there by its name ({@link FIRST}); a HyperLogLog costs thrice as much.
 */
const spraying = ({ sprayedAfter }: AttemptLimits): string =>
  sprayedAfter === undefined
    ? ''
    : `
if not raw[4] then
  local added = 1
  if now - i6 >= ${SPRAYING_WINDOW} then
    i6 = now; i7 = 0; i8 = 0
    redis.call('SET', KEYS[at + 4], '${FIRST}' .. name, 'PX', ${SPRAYING_WINDOW})
  else
    local held = get(KEYS[at + 4]) or ''
    if held == '${FIRST}' .. name then added = 0
    elseif string.sub(held, 1, 1) == '${FIRST}' then
      redis.call('DEL', KEYS[at + 4])
      redis.call('PFADD', KEYS[at + 4], string.sub(held, 2), name)
    else
      added = redis.pcall('PFADD', KEYS[at + 4], name)
      if type(added) ~= 'number' then redis.call('DEL', KEYS[at + 4]); added = redis.call('PFADD', KEYS[at + 4], name) end
    end
    if added == 1 then redis.call('PEXPIRE', KEYS[at + 4], i6 + ${SPRAYING_WINDOW} - now) end
  end
  if added == 1 then
    i7 = i7 + 1
    if i7 >= ${sprayedAfter} and i8 == 0 then sprayed = i7; i8 = 1 end
  end
end`;
