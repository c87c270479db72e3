import { Clock, seconds, StoreUnavailableError } from '../common/index.js';
import {
  AttemptStore,
  LOGIN_ATTEMPTS_OPTIONS,
  MemoryAttemptStore,
  type ResolvedLoginAttemptsOptions,
} from '../login-attempts/index.js';
import { MemoryUserIndex, RecordBackend, RedisConnection, UserIndex } from '../store/index.js';
import { MemoryRecordBackend } from './memory.backend.js';

/** As much of `TestingModuleBuilder` of @nestjs/testing as is used here. */
export interface ProvidersOverride {
  overrideProvider(token: unknown): {
    useValue(value: unknown): unknown;
    useFactory(options: { factory: (...provided: never[]) => unknown; inject: unknown[] }): unknown;
  };
}

/**
 * Lets `SessionModule` keep its sessions in this process instead of Redis, in a testing module. Options, cookies, guards and
 * expiry are the application's own; expiry follows the provider `Clock`, which may be overridden with a `FakeClock`. What
 * needs Redis itself answers 503 `SESSION_STORE_UNAVAILABLE`.
 *
 * @returns the same builder
 * @example
 * const testing = await withoutRedis(
 *   Test.createTestingModule({
 *     imports: [SessionModule.forRoot({ secret, redis: 'redis://not-used' })],
 *     controllers: [CartController],
 *   }),
 * ).compile();
 * const app = await testing.createNestApplication().init();
 * const cookie = await loginAs(app, { userId: '42' });
 */
export function withoutRedis<Builder extends ProvidersOverride>(builder: Builder): Builder {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new StoreUnavailableError('This test runs withoutRedis(), and something asked Redis itself.'),
    );
  builder.overrideProvider(RedisConnection).useValue({
    client: {},
    maxWait: seconds(1),
    queue: { waiting: 0, unanswered: 0 },
    run: refuse,
    script: refuse,
  });
  builder
    .overrideProvider(RecordBackend)
    .useFactory({ inject: [Clock], factory: (clock: Clock) => new MemoryRecordBackend(clock) });
  builder
    .overrideProvider(UserIndex)
    .useFactory({ inject: [Clock], factory: (clock: Clock) => new MemoryUserIndex(clock) });
  builder.overrideProvider(AttemptStore).useFactory({
    inject: [Clock, LOGIN_ATTEMPTS_OPTIONS],
    factory: (clock: Clock, options: ResolvedLoginAttemptsOptions) => new MemoryAttemptStore(clock, options),
  });
  return builder;
}
