import { type Clock, days, type SessionEvents } from '../common/index.js';
import { RedisConnection, resolveRedisOptions } from '../redis/index.js';
import { type RecordBackend, RedisRecordBackend } from './record.backend.js';
import type { BackedStoreOptions, RedisSessionStoreOptions } from './store.options.js';
import type { NearCacheLimits } from './near.cache.js';
import { NearRecordBackend } from './near.backend.js';
import type { SessionPolicy } from './session.record.js';
import { MemoryUserIndex } from './memory-user.index.js';
import { RedisUserIndex } from './redis-user.index.js';
import type { UserIndex } from './user.index.js';

/** Where a store keeps its records and the lists of users: what it was given, or over a connection of its own. */
export function keptBy(
  options: RedisSessionStoreOptions | BackedStoreOptions,
  prefix: string,
  clock: Clock,
  events: SessionEvents,
): { backend: RecordBackend; users: UserIndex } {
  const { backend, users, connection: shared } = options.parts ?? {};
  if (backend !== undefined) return { backend, users: users ?? new MemoryUserIndex(clock) };
  const connection = shared ?? new RedisConnection(resolveRedisOptions({ client: options.client }), events);
  return {
    backend: new RedisRecordBackend(connection),
    users: users ?? new RedisUserIndex(connection, prefix),
  };
}

/** connect-redis's default lifetime of a session without one, in seconds. */
const DEFAULT_TTL_SECONDS = 86_400;

/** How long sessions of a store on its own live. @param ttl connect-redis's option, seconds */
export function policyOfTtl(ttl: unknown, disableTTL: boolean): SessionPolicy {
  const seconds = typeof ttl === 'number' ? ttl : DEFAULT_TTL_SECONDS;
  return { idle: disableTTL ? days(400) : seconds * 1000, absolute: days(400), persistent: false };
}

/** Records in Redis, kept in the process as well if that is wanted. @throws InvalidOptionError for a near cache on a Cluster */
export function recordsOver(
  connection: RedisConnection,
  nearCache: NearCacheLimits | undefined,
  events: SessionEvents,
): RecordBackend {
  return nearCache === undefined
    ? new RedisRecordBackend(connection)
    : new NearRecordBackend(connection, nearCache, events);
}
