import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import {
  type LoginAttemptsOptions,
  type LoginAttemptSource,
  type LoginAttemptVerdict,
  type Milliseconds,
  seconds,
  type SessionEvent,
  SessionEvents,
} from 'nestjs-redis-session';
import { FakeClock } from 'nestjs-redis-session/testing';
import {
  AttemptStore,
  KeyNames,
  LoginAttemptLimiter,
  MemoryAttemptStore,
  RedisAttemptStore,
  resolveLoginAttemptsOptions,
  type ResolvedLoginAttemptsOptions,
} from '../../libs/session/src/login-attempts/index.js';
import type { Reservation } from '../../libs/session/src/login-attempts/attempt.store.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { type TestRedis, useRedis } from './redis.js';

export const ATTEMPT_SECRET = 'only-for-the-tests-of-login-attempts';

/** A limiter that keeps what it tells, with the two ends of most logins in one call. */
export class TestLimiter extends LoginAttemptLimiter {
  readonly told: SessionEvent[];
  readonly store: AttemptStore;

  constructor(
    options: ResolvedLoginAttemptsOptions,
    stores: { store: AttemptStore; fallback?: AttemptStore },
    now: () => number,
  ) {
    const events = new SessionEvents({ accounts: true });
    const told: SessionEvent[] = [];
    events.all$.subscribe((event) => told.push(event));
    super(options, stores, new KeyNames('sess:', options.nameKey), events, now);
    this.told = told;
    this.store = stores.store;
  }

  /** A wrong password, on an account that exists if `userId` is given. */
  async wrong(source: LoginAttemptSource, userId?: string): Promise<LoginAttemptVerdict> {
    const verdict = await this.reserve(source);
    await this.fail(verdict, { userId });
    return verdict;
  }

  /** The right password; the device, if any, is known from then on. */
  async right(
    source: LoginAttemptSource,
    who: { userId?: string; device?: string } = {},
  ): Promise<LoginAttemptVerdict> {
    const verdict = await this.reserve(source);
    await this.succeed(verdict, who);
    return verdict;
  }

  /** That many wrong passwords one after the other. @returns how many were let through */
  async wrongs(count: number, source: (number: number) => LoginAttemptSource): Promise<number> {
    let allowed = 0;
    for (let number = 0; number < count; number++) {
      if ((await this.wrong(source(number))).allowed) allowed++;
    }
    return allowed;
  }

  /** That many wrong passwords at one time. @returns how many were let through */
  async wrongsAtOnce(count: number, source: (number: number) => LoginAttemptSource): Promise<number> {
    const all = await Promise.all(Array.from({ length: count }, (_, number) => this.wrong(source(number))));
    return all.filter(({ allowed }) => allowed).length;
  }

  /** What was told under one name. */
  heard(type: SessionEvent['type']): SessionEvent[] {
    return this.told.filter((event) => event.type === type);
  }
}

/** A kind of store, and the time that passes in it. */
export interface AttemptBench {
  /** A limiter on an empty memory, or on the one Redis. */
  limiter(options?: LoginAttemptsOptions): TestLimiter;
  /** Lets time pass, for the store and for the limiters. */
  advance(by: Milliseconds): Promise<void>;
}

/** Time in memory. */
export function useMemoryAttempts(): AttemptBench {
  const clock = new FakeClock();
  return {
    limiter(given) {
      const options = resolveLoginAttemptsOptions(given, [ATTEMPT_SECRET]);
      return new TestLimiter(options, { store: new MemoryAttemptStore(clock, options) }, () => clock.now());
    },
    advance: (by) => Promise.resolve(clock.advance(by)),
  };
}

/** See {@link AttemptBench}, with a look into Redis. */
export interface RedisAttemptBench extends AttemptBench {
  readonly redis: TestRedis;
  limiter(options?: LoginAttemptsOptions, more?: { fallback?: AttemptStore }): TestLimiter;
  /** A store on a connection of its own. */
  store(options: ResolvedLoginAttemptsOptions): AttemptStore;
  /** Names of all keys. */
  keys(): Promise<string[]>;
  /** How many scripts ran since the last call. */
  scripts(): Promise<number>;
}

/**
 * A Redis of the file's own, emptied before each test. Time passes in it by moving all that is stored into the past, and the reservations
 * that are under way.
 */
export function useRedisAttempts({
  // Hundreds of attempts at one time may take longer than an application would wait.
  maxWait = seconds(15),
}: { maxWait?: Milliseconds } = {}): RedisAttemptBench {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined }, keys: { 'sess-': ['app:sess-'] } });
  const open: RedisConnection[] = [];
  const underWay: Reservation[] = [];
  let passed = 0;
  let shared: RedisConnection;
  let ran = 0;

  class FollowedStore extends RedisAttemptStore {
    override async reserve(...args: Parameters<RedisAttemptStore['reserve']>) {
      const reply = await super.reserve(...args);
      if ('starts' in reply) underWay.push(reply);
      return reply;
    }
  }
  const connect = (): RedisConnection => {
    const connection = new RedisConnection(
      resolveRedisOptions({ url: redis.url, maxWait }),
      new SessionEvents(),
    );
    open.push(connection);
    return connection;
  };
  const scripts = async (): Promise<number> => {
    const info = await redis.client.info('commandstats');
    const total = Number(/cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1] ?? 0);
    const since = total - ran;
    ran = total;
    return since;
  };
  beforeAll(async () => {
    shared = connect();
    await shared.open();
  });
  beforeEach(async () => {
    await redis.client.flushall();
    underWay.length = 0;
  });
  afterAll(async () => {
    await Promise.all(open.map((connection) => connection.close()));
  });
  const storeOn = (connection: RedisConnection, options: ResolvedLoginAttemptsOptions): AttemptStore =>
    new FollowedStore(connection, new KeyNames('sess:', options.nameKey), options);
  return {
    redis,
    limiter(given, { fallback } = {}) {
      const options = resolveLoginAttemptsOptions(given, [ATTEMPT_SECRET]);
      return new TestLimiter(options, { store: storeOn(shared, options), fallback }, () => passed);
    },
    store: (options) => {
      const connection = connect();
      void connection.client.connect();
      return storeOn(connection, options);
    },
    async advance(by) {
      passed += by;
      for (const { starts } of underWay) {
        const all: Record<string, number> = starts;
        for (const [of, start] of Object.entries(all)) if (start > 0) all[of] = start - by;
      }
      await redis.client.eval(PASS, 0, by);
    },
    keys: () => redis.client.keys('*'),
    scripts,
  };
}

/** Both, for `describe.each`. */
export const ATTEMPT_STORES: readonly [string, () => AttemptBench][] = [
  ['in memory', useMemoryAttempts],
  ['in Redis', useRedisAttempts],
];

/** What is stored becomes older by ARGV[1] milliseconds. Keys without an expiry stay so. */
const PASS = `
local by = tonumber(ARGV[1])
local instants = {account = {1, 3, 5, 8}, address = {1, 3, 5, 6}, pair = {1, 3, 5, 6, 7}, device = {1}}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= by then redis.call('DEL', key)
  else
    local kind = string.match(key, '{login}:(%a+)')
    if kind == 'devices' then
      for _, name in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -by, name) end
    elseif instants[kind] then
      local raw, numbers = redis.call('GET', key), {}
      if kind == 'device' then
        for each in string.gmatch(raw, '%d+') do numbers[#numbers + 1] = tonumber(each) end
      else numbers = {struct.unpack('<dddddddd', raw)} end
      for _, place in ipairs(instants[kind]) do
        if numbers[place] > 0 then numbers[place] = numbers[place] - by end
      end
      local text = kind == 'device' and table.concat(numbers, ' ') or struct.pack('<dddddddd', unpack(numbers, 1, 8))
      redis.call('SET', key, text, 'KEEPTTL')
    end
    if left >= 0 then redis.call('PEXPIRE', key, left - by) end
  end
end
`;
