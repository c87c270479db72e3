import type { ReadText } from './record.reader.js';
import type { StoredText } from './stored.text.js';
import { type LuaScript, luaScript, type RedisConnection } from '../redis/index.js';

/** One write of one session. */
export interface RecordWrite {
  key: string;
  /** The text that was loaded: only over this very text may be written. `undefined`: only where nothing is. */
  loaded?: StoredText;
  text: string;
  /** What the text holds, if that is known, for those who look for it near. */
  content?: ReadText;
  /** Milliseconds until Redis drops it; `undefined` keeps it for good. */
  expiresIn?: number;
  /** Milliseconds that the writer still has, if fewer than `redis.maxWait`. */
  within?: number;
  /** Whether it must survive the loss of the primary; see `CallLimits.durable`. */
  durable?: 'login' | 'data';
}

/** `conflict` carries the text that is stored now; `gone` means that the session was ended. */
export type SaveOutcome = { outcome: 'saved' } | { outcome: 'gone' } | { outcome: 'conflict'; text: string };

/**
 * KEYS[1] the session. ARGV: SHA-1 of the loaded text or "" (nothing may be there), new text, PX or "" (no expiry).
 * Returns ["saved"], ["gone"] or ["conflict", text].
 *
 *   GET key
 *   SET key text [PX ms]
 *
 * Atomic, because between a GET and a SET of the application's own a logout could happen (the SET would revive the session)
 * or another request could write (the SET would lose its change). "saved" is also the answer when the stored text
 * is already the one sent, which makes a repeat after a lost reply harmless. SHA-1 only tells texts apart that the
 * server itself wrote; it guards nothing, and Redis has no other.
 */
const BODY = `
local stored = redis.pcall('GET', KEYS[1])
if type(stored) == 'table' then stored = '' end
if stored == ARGV[2] then return {'saved'} end
if ARGV[1] == '' then
  if stored then return {'conflict', stored} end
else
  if not stored then return {'gone'} end
  if redis.sha1hex(stored) ~= ARGV[1] then return {'conflict', stored} end
end
if ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
`;
const SAVE: LuaScript = luaScript(`${BODY}return {'saved'}`);
/** The same where Redis announces changes of what was read: the write ends that for its key, and reading it begins it anew. */
const SAVE_TRACKED: LuaScript = luaScript(`${BODY}redis.call('EXISTS', KEYS[1])
return {'saved'}`);

/** Runs the save script; safe to repeat. @returns what {@link outcomeOf} reads @throws StoreUnavailableError */
export function saveRecord(
  redis: RedisConnection,
  write: RecordWrite,
  { isTracked = false } = {},
): Promise<unknown> {
  const loaded = write.loaded?.sha1 ?? '';
  const expiresIn = write.expiresIn === undefined ? '' : Math.max(1, Math.ceil(write.expiresIn));
  const { key, within, durable } = write;
  return redis.script(isTracked ? SAVE_TRACKED : SAVE, [key], [loaded, write.text, expiresIn], {
    repeatable: true,
    key,
    within,
    durable,
  });
}

/** What the save script has answered. */
export function outcomeOf(reply: unknown): SaveOutcome {
  const [outcome, text] = reply as ['saved' | 'gone' | 'conflict', string];
  return outcome === 'conflict' ? { outcome, text } : { outcome };
}
