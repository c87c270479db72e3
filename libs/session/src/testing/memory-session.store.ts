import { type Clock, type SessionEvents, SystemClock } from '../common/index.js';
import { RedisSessionStore, type RedisSessionStoreOptions } from '../store/index.js';
import { MemoryRecordBackend } from './memory.backend.js';

/** As for {@link RedisSessionStore}, without what only Redis needs. */
export interface MemorySessionStoreOptions extends Omit<
  RedisSessionStoreOptions,
  'client' | 'scanCount' | 'parts'
> {
  /**
   * Decides what has expired.
   *
   * @default the clock of the machine
   */
  clock?: Clock;
  /** Where the store tells what happens. @default nobody listens */
  events?: SessionEvents;
}

/**
 * `RedisSessionStore` with its records in this process, for unit tests: the same code and the same behaviour, gone with the
 * object. Not for production: another process does not see its sessions, and nothing bounds its memory.
 *
 * An application under test takes `withoutRedis()` instead.
 *
 * @example
 * const store = new MemorySessionStore({ clock });
 * app.use(expressSession({ store, secret }));
 */
export class MemorySessionStore extends RedisSessionStore {
  constructor({ clock = new SystemClock(), events, ...options }: MemorySessionStoreOptions = {}) {
    super({ ...options, parts: { backend: new MemoryRecordBackend(clock), clock, events } });
  }
}
