import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import {
  hours,
  minutes,
  seconds,
  type LoginAttemptsOptions,
  type LoginAttemptSource,
  type LoginAttemptVerdict,
  type SessionEvent,
} from 'nestjs-redis-session';
import {
  type AttemptBench,
  type TestLimiter,
  useMemoryAttempts,
  useRedisAttempts,
} from '../support/attempt.stores.js';
import { dice } from '../support/dice.js';

/** Everything lasts for whole ten seconds, and so does what passes: what a run takes by itself changes no decision. */
const STEP = seconds(10);
const OPTIONS: LoginAttemptsOptions = {
  account: { maxAttempts: 6, window: minutes(3), blockDuration: seconds(30), maxBlock: minutes(4) },
  pair: { maxAttempts: 3, window: minutes(2), blockDuration: STEP, maxBlock: minutes(1) },
  address: {
    maxAttempts: 9,
    window: minutes(4),
    blockDuration: seconds(20),
    backoff: 3,
    maxBlock: minutes(3),
  },
  device: { maxAttempts: 3, window: minutes(2), keptFor: hours(1) },
  disableAfter: 6,
  sprayedAfter: 3,
  allow: ['192.0.2.0/24'],
};
const ACCOUNTS = ['ann', 'bob@mail.example', 'carl', 'dora'];
const ADDRESSES = ['203.0.113.77', '2001:db8:77::1', '198.51.100.77', '192.0.2.77'];
const DEVICES = ['token-of-one', 'token-of-two', 'token-of-three'];

type Step = (bench: AttemptBench, limiter: TestLimiter, open: LoginAttemptVerdict[]) => Promise<unknown>;

/** What happens next; decided before it is done, so that it is the same for both. */
function nextStep(roll: (below: number) => number, passed: { value: number }): [string, Step] {
  const one = <T>(list: readonly T[]): T => list[roll(list.length)] as T;
  const account = one(ACCOUNTS);
  const userId = `user-id-${ACCOUNTS.indexOf(account) >> 1}`;
  const address = one(ADDRESSES);
  const device = roll(3) === 0 ? one(DEVICES) : undefined;
  const source: LoginAttemptSource = { account, address, device };
  const [what, which, exists] = [roll(100), roll(1_000), roll(2) === 0];
  const close =
    (end: (limiter: TestLimiter, verdict: LoginAttemptVerdict) => Promise<unknown>): Step =>
    async (_bench, limiter, open) => {
      const [verdict] = open.splice(which % Math.max(1, open.length), 1);
      return verdict && end(limiter, verdict);
    };
  if (what < 35) {
    return [
      `reserve ${JSON.stringify(source)}`,
      async (_bench, limiter, open) => {
        const verdict = await limiter.reserve(source);
        if (verdict.allowed) open.push(verdict);
        return inSteps(verdict);
      },
    ];
  }
  if (what < 66)
    return ['fail', close((limiter, verdict) => limiter.fail(verdict, exists ? { userId } : {}))];
  if (what < 71) return ['succeed', close((limiter, verdict) => limiter.succeed(verdict))];
  if (what < 76) {
    const token = one(DEVICES);
    return [
      `succeed on ${token}`,
      close((limiter, verdict) => limiter.succeed(verdict, { userId, device: token })),
    ];
  }
  if (what < 82) return ['release', close((limiter, verdict) => limiter.release(verdict))];
  if (what < 94) {
    const by = STEP * (which % 12 === 0 ? 40 : 1 + (which % 7));
    passed.value += by;
    return [`${by} ms`, (bench) => bench.advance(by)];
  }
  if (what < 95) return ['unblock account', (_bench, limiter) => limiter.unblock({ account })];
  if (what < 96) return ['unblock address', (_bench, limiter) => limiter.unblock({ address })];
  if (what < 97) return ['reset', (_bench, limiter) => limiter.reset(account)];
  if (what < 98) return [`password of ${userId}`, (_bench, limiter) => limiter.passwordChanged(userId)];
  if (what < 99) {
    const kept = { before: one(DEVICES), now: one(DEVICES) };
    return [`password of ${userId}, keep`, (_bench, limiter) => limiter.passwordChanged(userId, kept)];
  }
  return ['status', async (_bench, limiter) => inSteps(await limiter.status({ account, address }))];
}

/** Times are compared as the step that they fall into: the run itself takes a part of one. */
function inSteps(answer: object): unknown {
  const { ticket: _ticket, ...rest } = answer as { ticket?: unknown };
  const isTime = (name: string): boolean => ['retryAfter', 'resetsIn', 'blockedFor'].includes(name);
  return JSON.parse(
    JSON.stringify(rest, (name, value: unknown) => (isTime(name) ? Math.ceil(Number(value) / STEP) : value)),
  );
}

describe('a long random sequence of logins', () => {
  const memory = useMemoryAttempts();
  const redis = useRedisAttempts();

  const told: SessionEvent[] = [];

  it.each([1, 2])('gets the same verdicts and events in Redis and in memory, seed %i', async (seed) => {
    const roll = dice(seed * 7_919);
    const passed = { value: 0 };
    const [here, there] = [memory.limiter(OPTIONS), redis.limiter(OPTIONS)];
    const [openHere, openThere]: LoginAttemptVerdict[][] = [[], []];
    const log: string[] = [];
    let difference: { inRedis: unknown; inMemory: unknown } | undefined;
    for (let number = 0; number < 600 && difference === undefined; number++) {
      const [name, step] = nextStep(roll, passed);
      log.push(name);
      // No two steps at one instant: a window is named by the instant at which it began.
      await Promise.all([memory.advance(1), redis.advance(1)]);
      const answers = [await step(redis, there, openThere!), await step(memory, here, openHere!)];
      for (const account of number % 5 === 0 ? ACCOUNTS : []) {
        for (const address of ADDRESSES) {
          const of = { account, address };
          answers.push(inSteps(await there.status(of)), inSteps(await here.status(of)));
        }
      }
      const last = { number, last: log.slice(-12) };
      const inRedis = answers.filter((_, index) => index % 2 === 0);
      const inMemory = answers.filter((_, index) => index % 2 === 1);
      // Thousands of calls of expect() would take many seconds.
      if (!isDeepStrictEqual(inRedis, inMemory)) difference ??= { ...last, inRedis, inMemory };
    }
    expect(difference?.inRedis).toEqual(difference?.inMemory);
    expect(difference).toBeUndefined();
    expect(there.told).toEqual(here.told);
    told.push(...there.told);
  });

  it('has come upon every event', () => {
    expect([...new Set(told.map(({ type }) => type))].toSorted()).toEqual([
      'credential.disabled',
      'login.blocked',
      'login.sprayed',
    ]);
  });

  it('never leaves a key without an expiry, nor a name, address or token in Redis', async () => {
    const roll = dice(20_26);
    const limiter = redis.limiter(OPTIONS);
    const open: LoginAttemptVerdict[] = [];
    const kinds = new Set<string>();
    const faults: object[] = [];
    const secrets = [...ACCOUNTS, ...ADDRESSES, ...DEVICES, 'user-id', '2001:db8'];
    for (let number = 0; number < 600; number++) {
      const [name, step] = nextStep(roll, { value: 0 });
      await step(redis, limiter, open);
      for (const [key, left, value] of await everything()) {
        kinds.add(/\{login\}:(\w+)/.exec(key)?.[1] ?? key);
        const shown = secrets.filter((secret) => `${key} ${value}`.includes(secret));
        if (!(left > 0) || !key.includes('{login}') || shown.length > 0)
          faults.push({ name, key, left, shown });
      }
    }
    expect(faults).toEqual([]);
    expect([...kinds].toSorted()).toEqual([
      'account',
      'address',
      'changed',
      'changes',
      'device',
      'devices',
      'pair',
      'succeeded',
      'tried',
    ]);
  });

  /** Keys, what is left of their time, and what is in them, at one moment. */
  async function everything(): Promise<[string, number, string][]> {
    const reply = await redis.redis.client.eval(
      `local all = {}
      for _, key in ipairs(redis.call('KEYS', '*')) do
        local is = redis.call('TYPE', key).ok
        local value = is == 'zset' and table.concat(redis.call('ZRANGE', key, 0, -1), ' ') or redis.call('GET', key)
        all[#all + 1] = {key, redis.call('PTTL', key), value}
      end
      return all`,
      0,
    );
    return reply as [string, number, string][];
  }
});
