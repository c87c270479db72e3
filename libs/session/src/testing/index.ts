/**
 * testing (`nestjs-redis-session/testing`): what an application's own tests need. Time that stands still, sessions without
 * Redis, a logged-in cookie without a login form, and the behaviours that every session store must show.
 *
 * May import: auth, http, session, store, common. Invariant: nothing here is a second implementation of a session; only the place
 * where records lie is another one.
 */
export {
  describeSessionStore,
  type SessionStoreLevel,
  type SessionStoreSuiteOptions,
} from './describe-session-store.js';
export { FakeClock } from './fake.clock.js';
export { loginAs, type LoginAsOptions } from './login-as.js';
export { MemorySessionStore, type MemorySessionStoreOptions } from './memory-session.store.js';
export type { StoreUnderTest } from './store.driver.js';
export { type ProvidersOverride, withoutRedis } from './without-redis.js';
