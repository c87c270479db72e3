import { describe, it } from '@jest/globals';
import { RedisStore } from 'connect-redis';
import { MemoryStore } from 'express-session';
import { RedisSessionStore } from 'nestjs-redis-session';
import { describeSessionStore, FakeClock, MemorySessionStore } from 'nestjs-redis-session/testing';
import { useRedis } from '../support/redis.js';

const OTHER = 'a*[b-y]?\\';
const redis = useRedis({ keys: { 'sess:': [OTHER], 'sess-': [`${OTHER}-`] } });
const framework = { describe, it };

describe('at full', () => {
  // A pattern that also matches the neighbours' keys, were it taken for one.
  describe.each(['sess:', OTHER])('with the prefix %j', (prefix) => {
    let store: RedisSessionStore | undefined;
    describeSessionStore(
      'RedisSessionStore',
      async () => {
        await redis.client.flushall();
        await redis.client.mset('abcx-other', '{}', 'axbz\\other', '{}', 'other', '{}');
        return { store: (store ??= new RedisSessionStore({ client: redis.itsClient, prefix })) };
      },
      { ...framework, level: 'full' },
    );
  });

  describeSessionStore(
    'MemorySessionStore',
    () => {
      const clock = new FakeClock();
      return { store: new MemorySessionStore({ clock }), advance: (by) => clock.advance(by) };
    },
    { ...framework, level: 'full' },
  );
});

describe("at basic, other people's", () => {
  describeSessionStore('MemoryStore of express-session', () => ({ store: new MemoryStore() }), {
    ...framework,
    level: 'basic',
  });

  describeSessionStore(
    'RedisStore of connect-redis',
    async () => {
      await redis.client.flushall();
      return { store: new RedisStore({ client: redis.client }) };
    },
    { ...framework, level: 'basic' },
  );
});
