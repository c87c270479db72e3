import type { Milliseconds } from '../common/index.js';
import { type LuaScript, luaScript, type RedisConnection } from '../redis/index.js';

/** What is added to one key: elements to a HyperLogLog, or numbers to the sums in a sorted set. */
export interface Addition {
  readonly key: string;
  /** How long the key still lives, in milliseconds, above 0. By Redis's own clock, which need not agree with ours. */
  readonly lives: Milliseconds;
  readonly elements?: readonly string[];
  readonly sums?: Readonly<Record<string, number>>;
}

/** What one process writes in one step. */
export interface Batch {
  /** Key that remembers the last batch of this process. */
  readonly writer: string;
  /** How long it does, in milliseconds: a batch may be sent again for that long. */
  readonly rememberedFor: Milliseconds;
  /** Not used for any other batch of this process. */
  readonly id: number;
  readonly additions: readonly Addition[];
}

/**
 * KEYS[1] text: the number of the last batch; KEYS[2...] what is added to. ARGV[1] the batch as JSON, its additions in the order of
 * the keys. Returns 1, or 0 if the batch was written before.
 *
 *   GET writer, SET writer id PX ms; for each addition: PFADD key elements (by thousands) or ZINCRBY key number name (for each),
 *   and PEXPIRE key ms
 *
 * Atomic, so that no key is there without an expiry, and so that a batch whose answer was lost can be sent again: sums would
 * otherwise count twice. All keys share a slot, so that any Cluster can run it.
 */
const COUNT: LuaScript = luaScript(`
local batch = cjson.decode(ARGV[1])
if redis.call('GET', KEYS[1]) == tostring(batch.id) then return 0 end
redis.call('SET', KEYS[1], batch.id, 'PX', batch.rememberedFor)
for at, addition in ipairs(batch.additions) do
  local key = KEYS[at + 1]
  local elements = addition.elements or {}
  for first = 1, #elements, 1000 do
    redis.call('PFADD', key, unpack(elements, first, math.min(first + 999, #elements)))
  end
  for name, number in pairs(addition.sums or {}) do redis.call('ZINCRBY', key, number, name) end
  redis.call('PEXPIRE', key, addition.lives)
end
return 1
`);

/** Writes a batch in one round trip; safe to repeat. @throws StoreUnavailableError */
export async function writeBatch(redis: Pick<RedisConnection, 'script'>, batch: Batch): Promise<void> {
  const { writer, id, rememberedFor, additions } = batch;
  const keys = [writer, ...additions.map(({ key }) => key)];
  const stripped = additions.map(({ key: _key, ...added }) => added);
  const text = JSON.stringify({ id, rememberedFor, additions: stripped });
  await redis.script(COUNT, keys, [text], { repeatable: true });
}
