/**
 * store: sessions as records in Redis, safe under parallel requests.
 *
 * Flow: id -> keeper.open -> backend -> Redis; session object -> keeper.save -> save script -> Redis.
 * May import: common, redis. Invariants: a loaded session is written only over the text that was loaded, a new one only where
 * nothing is; no secret reaches Redis, only its hash; text that cannot be read is no session, never an error.
 */
// The token under which SessionModule provides the connection, for the room testing to put something else there.
export { RedisConnection } from '../redis/index.js';
export type { NearCacheStatistics } from '../common/index.js';
export type { NearCacheLimits } from './near.cache.js';
export { type NearCacheOptions, resolveNearCacheOptions } from './near-cache.options.js';
export { RecordBackend, RedisRecordBackend } from './record.backend.js';
export type { RecordWrite, SaveOutcome } from './save.script.js';
export { encryptingSerializer, type EncryptingSerializerOptions } from './encrypting.serializer.js';
export type { SerializerContext, SessionSerializer } from './record.codec.js';
export { RedisSessionStore } from './redis-session.store.js';
export { recordsOver } from './store.parts.js';
export type { RedisSessionStoreOptions, SessionAccess } from './store.options.js';
export type { CurrentSession, SessionCarrier } from './session.carrier.js';
export type { OpenedSession } from './record.reader.js';
export { type CookieFacts, isAsSent } from './session.cookie.js';
export { dataOf, type SessionLike } from './session.data.js';
export { scanKeys } from '../redis/index.js';
export { isSideKey, sideKeysOf } from './key.names.js';
export type { SessionAuth, SessionMeta, SessionPolicy, SessionRecord } from './session.record.js';
export { type IdFormat, parseSid, type Sid } from './sid.js';
export { deadlineOf, listedUntilOf } from './session.cookie.js';
export { SecretSuccession } from './secret.succession.js';
export { MemoryUserIndex } from './memory-user.index.js';
export { RedisUserIndex } from './redis-user.index.js';
export { type Admission, UserIndex } from './user.index.js';
export { type TrackedSession, trackedOf } from './tracked.session.js';
export { withStaleness } from './record.reader.js';
