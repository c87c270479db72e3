import type { Redis } from 'ioredis';

/** What is stored under one key: its name, what it holds, and the milliseconds until Redis drops it. */
export interface ThrottleKey {
  key: string;
  expiresIn: number;
  /** Member and the instant in milliseconds at which it counts no more. */
  members: Record<string, number>;
}

const LOOK = `
local found = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local members = redis.call('TYPE', key).ok == 'zset' and redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') or {}
  table.insert(found, {key, redis.call('PTTL', key), members})
end
return found
`;

/** Every key of the database, at one instant. */
export async function throttleKeys(client: Redis): Promise<ThrottleKey[]> {
  const found = (await client.eval(LOOK, 0)) as [string, number, string[]][];
  return found.map(([key, expiresIn, flat]) => {
    const members: Record<string, number> = {};
    for (let at = 0; at < flat.length; at += 2) members[flat[at]!] = Number(flat[at + 1]);
    return { key, expiresIn, members };
  });
}

const SHIFT = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - ARGV[1]
  local members = redis.call('TYPE', key).ok == 'zset' and redis.call('ZRANGE', key, 0, -1) or {}
  for _, member in ipairs(members) do redis.call('ZINCRBY', key, -ARGV[1], member) end
  if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end
end
`;

/** As if that many milliseconds had gone by: every stored instant and every expiry comes that much nearer. */
export async function letPass(client: Redis, milliseconds: number): Promise<void> {
  await client.eval(SHIFT, 0, milliseconds);
}
