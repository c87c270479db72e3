/**
 * store: sessions as records in Redis, safe under parallel requests.
 *
 * Flow: id -> keeper.open -> backend -> Redis; session object -> keeper.save -> save script -> Redis.
 * May import: common, redis. Invariants: a loaded session is written only over the text that was loaded, a new one only where
 * nothing is; no secret reaches Redis, only its hash; text that cannot be read is no session, never an error.
 */
export { encryptingSerializer, type EncryptingSerializerOptions } from './encrypting.serializer.js';
export type { SerializerContext, SessionSerializer } from './record.codec.js';
export { RedisSessionStore } from './redis-session.store.js';
export type { RedisSessionStoreOptions } from './store.options.js';
export { SessionCookie } from './session.cookie.js';
export type { SessionLike } from './session.data.js';
export type { SessionKeeper } from './session.keeper.js';
export type { SessionAuth, SessionMeta, SessionPolicy } from './session.record.js';
export type { IdFormat } from './sid.js';
export { type TrackedSession, trackedOf } from './tracked.session.js';
