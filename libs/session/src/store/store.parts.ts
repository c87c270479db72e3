import type { Clock, SessionEvents } from '../common/index.js';
import { RedisConnection, resolveRedisOptions } from '../redis/index.js';
import { type RecordBackend, RedisRecordBackend } from './record.backend.js';
import type { BackedStoreOptions, RedisSessionStoreOptions } from './store.options.js';
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
