import type { SessionData } from 'express-session';
import type { Cluster, Redis } from 'ioredis';
import type { Clock, SessionEvents } from '../common/index.js';
import type { RedisConnection } from '../redis/index.js';
import type { RecordBackend } from './record.backend.js';
import type { SessionSerializer } from './record.codec.js';
import type { SecretSuccession } from './secret.succession.js';
import type { SessionPolicy } from './session.record.js';
import type { UserIndex } from './user.index.js';

/** What connect-redis's store takes, with the same meaning, for a store that is used on its own. */
export interface RedisSessionStoreOptions {
  /** An ioredis client. */
  client: Redis | Cluster;
  /**
   * Start of every key.
   *
   * @default "sess:"
   */
  prefix?: string;
  /**
   * Seconds that a session without a cookie lifetime is kept; or a function of the session, which then decides for all of them.
   * 0 or less ends the session.
   *
   * @default 86400 (one day)
   */
  ttl?: number | ((session: SessionData) => number);
  /** @default JSON */
  serializer?: SessionSerializer;
  /**
   * Bytes that the stored text of one session may have. More is a `SessionTooLargeError`, and nothing is written.
   *
   * @default no limit, as in connect-redis; `SessionModule` gives it `session.maxBytes`
   */
  maxBytes?: number;
  /**
   * Keys without expiry. Then something else has to delete them, and `touch` does nothing.
   *
   * @default false
   */
  disableTTL?: boolean;
  /**
   * Never move the idle timeout of an unchanged session.
   *
   * @default false
   */
  disableTouch?: boolean;
  /**
   * Hint to SCAN how many keys to look at in one step.
   *
   * @default 100
   */
  scanCount?: number;
  /** Parts that SessionModule shares among its rooms; a store on its own makes its own. */
  parts?: StoreParts;
}

/** What a service may do with sessions: see the option `session.access`. */
export type SessionAccess = 'write' | 'read';

export interface StoreParts {
  /** @default "write" */
  access?: SessionAccess;
  connection?: RedisConnection;
  /** Where records are kept, instead of over a connection. */
  backend?: RecordBackend;
  clock?: Clock;
  events?: SessionEvents;
  policy?: SessionPolicy;
  succession?: SecretSuccession;
  users?: UserIndex;
}

/** The same for a store that has no client, because something else keeps its records. */
export interface BackedStoreOptions extends Omit<RedisSessionStoreOptions, 'client' | 'parts'> {
  client?: undefined;
  parts: StoreParts & { backend: RecordBackend };
}
