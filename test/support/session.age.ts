import type { Milliseconds } from 'nestjs-redis-session';
import type { TestRedis } from './redis.js';

/** Moves the last activity of a stored session into the past, and its expiry with it, as if that much time had passed without a request. */
export async function idleFor(
  { client }: TestRedis,
  key: string,
  by: Milliseconds,
  from: 'lastActiveAt' | 'createdAt' = 'lastActiveAt',
): Promise<void> {
  const record = JSON.parse((await client.get(key)) ?? '');
  const { $session: meta } = record;
  meta[from] -= by;
  const end = Math.min(meta.lastActiveAt + meta.policy.idle, meta.createdAt + meta.policy.absolute);
  await client.set(key, JSON.stringify(record), 'PX', Math.max(1, end - Date.now()));
}
