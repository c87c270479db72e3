// The limiters, each with a client of its own and the options that its documentation recommends.
//
// `decide({ account, address, userId })` is one decision and answers whether the password may be checked; every guess is wrong.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ThrottlerStorageRedisService } from '@nest-lab/throttler-storage-redis';
import { Redis } from 'ioredis';
import { LoginAttemptLimiter, SessionModule } from 'nestjs-redis-session';
import { RedisStore } from 'rate-limit-redis';
import { RateLimiterRedis } from 'rate-limiter-flexible';

const SECRET = 'a-secret-of-the-benchmark-0123456789-abcdef';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * 3600;
/** Out of reach, so that nothing is blocked. */
const MANY = 1_000_000_000;

/** This library, as an application gets it. `limits` as they come, or out of reach. */
async function ours(url, { blocks }) {
  const unlimited = { maxAttempts: MANY };
  const loginAttempts = blocks
    ? {}
    : { account: unlimited, address: unlimited, pair: unlimited, disableAfter: MANY };
  class App {}
  Module({ imports: [SessionModule.forRoot({ secret: SECRET, redis: url, loginAttempts })] })(App);
  const app = await NestFactory.create(App, { logger: false, abortOnError: false });
  await app.init();
  const limiter = app.get(LoginAttemptLimiter);
  return {
    async decide(attempt) {
      const verdict = await limiter.reserve(attempt);
      if (!verdict.allowed) return false;
      // Known accounts are marked as existing at their first failure, which is one more command, once a year.
      await limiter.fail(verdict, attempt);
      return true;
    },
    close: () => app.close(),
  };
}

/** "Login endpoint protection" of its wiki: read both, refuse, check the password, count in both. */
async function flexibleLogin(url, { blocks }) {
  const client = await connected(new Redis(url, { enableOfflineQueue: false, lazyConnect: true }));
  const mostOfAddress = blocks ? 100 : MANY;
  const mostOfPair = blocks ? 10 : MANY;
  const slowBruteByIP = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: 'login_fail_ip_per_day',
    points: mostOfAddress,
    duration: DAY,
    blockDuration: DAY,
  });
  const consecutiveFailsByUsernameAndIP = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: 'login_fail_consecutive_username_and_ip',
    points: mostOfPair,
    duration: 90 * DAY,
    blockDuration: 3600,
  });
  return {
    async decide({ account, address }) {
      const pair = `${account}_${address}`;
      const [ofPair, ofAddress] = await Promise.all([
        consecutiveFailsByUsernameAndIP.get(pair),
        slowBruteByIP.get(address),
      ]);
      if (ofAddress !== null && ofAddress.consumedPoints > mostOfAddress) return false;
      if (ofPair !== null && ofPair.consumedPoints > mostOfPair) return false;
      return isLetThrough(
        Promise.all([slowBruteByIP.consume(address), consecutiveFailsByUsernameAndIP.consume(pair)]),
      );
    },
    close: () => client.disconnect(),
  };
}

async function flexibleSingle(url, { blocks, inMemory = false }) {
  const client = await connected(new Redis(url, { enableOfflineQueue: false, lazyConnect: true }));
  const points = blocks ? 5 : MANY;
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: inMemory ? 'single_in_memory' : 'single',
    points,
    duration: 900,
    ...(inMemory && { inMemoryBlockOnConsumed: points + 1 }),
  });
  return {
    decide: ({ account, address }) => isLetThrough(limiter.consume(`${account}_${address}`)),
    close: () => client.disconnect(),
  };
}

/** The store of express-rate-limit, asked as its middleware asks it: the hit is counted, and too many are refused. */
async function expressRateLimit(url, { blocks }) {
  const client = await connected(new Redis(url, { lazyConnect: true }));
  const limit = blocks ? 5 : MANY;
  const store = new RedisStore({ sendCommand: (command, ...args) => client.call(command, ...args) });
  await store.init({ windowMs: 15 * MINUTE });
  return {
    async decide({ account, address }) {
      const { totalHits } = await store.increment(`${account}_${address}`);
      return totalHits <= limit;
    },
    close: () => client.disconnect(),
  };
}

/** The Redis storage of @nestjs/throttler, asked as its guard asks it. */
async function nestThrottler(url, { blocks }) {
  const client = await connected(new Redis(url, { lazyConnect: true }));
  const storage = new ThrottlerStorageRedisService(client);
  const limit = blocks ? 5 : MANY;
  return {
    async decide({ account, address }) {
      const { isBlocked } = await storage.increment(`${account}_${address}`, HOUR, limit, HOUR, 'login');
      return !isBlocked;
    },
    close: () => client.disconnect(),
  };
}

/** Nothing but a round trip: what decides by asking Redis once cannot be faster. */
async function roundTrip(url) {
  const client = await connected(new Redis(url, { lazyConnect: true }));
  return {
    decide: async () => (await client.ping()) === 'PONG',
    close: () => client.disconnect(),
  };
}

/** Account, address and pair counted by one script that does nothing else: no blocks, no devices, nothing given back. */
async function threeCounters(url) {
  const client = await connected(new Redis(url, { lazyConnect: true }));
  client.defineCommand('countThree', {
    numberOfKeys: 3,
    lua: `
local counts = {}
for n = 1, 3 do
  counts[n] = redis.call('INCR', KEYS[n])
  if counts[n] == 1 then redis.call('PEXPIRE', KEYS[n], ARGV[1]) end
end
return {counts[1], counts[2], counts[3], redis.call('PTTL', KEYS[1])}`,
  });
  return {
    async decide({ account, address }) {
      const counts = await client.countThree(`a:${account}`, `i:${address}`, `p:${account}_${address}`, HOUR);
      return counts.every((count) => count <= MANY);
    },
    close: () => client.disconnect(),
  };
}

/** What is compared: title, and what makes it. `only` is the case where a variant differs from the one above it. */
export const LIMITERS = {
  ours: { title: 'this library', make: ours },
  login: { title: 'rate-limiter-flexible, login pattern', make: flexibleLogin },
  single: { title: 'rate-limiter-flexible, one limiter', make: flexibleSingle },
  inMemory: {
    title: 'rate-limiter-flexible, one limiter, `inMemoryBlockOnConsumed`',
    make: (url, how) => flexibleSingle(url, { ...how, inMemory: true }),
    only: 'blocked',
  },
  express: { title: 'rate-limit-redis `increment`', make: expressRateLimit },
  throttler: { title: '@nest-lab/throttler-storage-redis `increment`', make: nestThrottler },
  three: { title: 'bound: three INCR in one script', make: threeCounters, only: 'allowed' },
  ping: { title: 'bound: PING', make: roundTrip, only: 'allowed' },
};

async function connected(client) {
  await client.connect();
  return client;
}

/** rate-limiter-flexible refuses by a rejection that is no Error. */
async function isLetThrough(consumed) {
  try {
    await consumed;
    return true;
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    return false;
  }
}
