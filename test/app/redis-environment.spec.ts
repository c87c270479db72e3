import { describe, expect, it } from '@jest/globals';
import { environmentFor, redisFrom } from '../../src/startup/redis.environment.js';

const SENTINELS = { REDIS_SENTINELS: 's1:26379', REDIS_PRIMARY_NAME: 'mymaster' };
const given = (redis: object | undefined) => JSON.parse(JSON.stringify(redis ?? null));

describe('the Redis that the environment names', () => {
  it.each<[Record<string, string>, object | null]>([
    [{}, null],
    [{ REDIS_URL: '' }, null],
    [{ REDIS_URL: 'redis://h' }, { url: 'redis://h' }],
    // Many hosts set it beside a URL that holds it already.
    [{ REDIS_URL: 'redis://h', REDIS_PASSWORD: 'p' }, { url: 'redis://h' }],
    [{ REDIS_URL: 'redis://h', REDIS_TLS: 'off' }, { url: 'redis://h' }],
    [SENTINELS, { sentinels: [{ host: 's1', port: 26_379 }], name: 'mymaster' }],
    [
      {
        ...SENTINELS,
        REDIS_SENTINELS: 's1, s2:5000,[::1]:5001',
        REDIS_USERNAME: 'u',
        REDIS_PASSWORD: 'p',
        REDIS_TLS: 'on',
        REDIS_SENTINEL_USERNAME: 'su',
        REDIS_SENTINEL_PASSWORD: 'sp',
        REDIS_SENTINEL_TLS: 'on',
      },
      {
        sentinels: [
          { host: 's1', port: 26_379 },
          { host: 's2', port: 5000 },
          { host: '::1', port: 5001 },
        ],
        name: 'mymaster',
        username: 'u',
        password: 'p',
        tls: true,
        sentinelUsername: 'su',
        sentinelPassword: 'sp',
        sentinelTls: true,
      },
    ],
    [
      { REDIS_CLUSTER: 'n1,n2:7001', REDIS_PASSWORD: 'p' },
      {
        cluster: [
          { host: 'n1', port: 6379 },
          { host: 'n2', port: 7001 },
        ],
        password: 'p',
      },
    ],
  ])('of %j is %j', (environment, expected) => {
    expect(given(redisFrom(environment))).toEqual(expected);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ REDIS_URL: 'redis://h', REDIS_CLUSTER: 'n' }, /^REDIS_URL and REDIS_CLUSTER are set, and only one/],
    [{ ...SENTINELS, REDIS_CLUSTER: 'n' }, /^REDIS_SENTINELS and REDIS_CLUSTER are set/],
    [{ REDIS_SENTINELS: 's1' }, /^REDIS_PRIMARY_NAME is not set\. It is the name/],
    [{ REDIS_PRIMARY_NAME: 'mymaster' }, /^REDIS_PRIMARY_NAME is set without REDIS_SENTINELS/],
    [
      { REDIS_CLUSTER: 'n', REDIS_SENTINEL_PASSWORD: 'hunter2' },
      /^REDIS_SENTINEL_PASSWORD is set without REDIS_SENTINELS/,
    ],
    [{ REDIS_TLS: 'on' }, /^REDIS_TLS is for REDIS_SENTINELS and REDIS_CLUSTER.*rediss:/],
    [{ REDIS_URL: 'redis://h', REDIS_TLS: 'on' }, /^REDIS_TLS is for REDIS_SENTINELS and REDIS_CLUSTER/],
    [{ REDIS_CLUSTER: 'n', REDIS_TLS: 'hunter2' }, /^REDIS_TLS has to be "on" or "off"\.$/],
    [{ ...SENTINELS, REDIS_SENTINEL_TLS: '1' }, /^REDIS_SENTINEL_TLS has to be "on" or "off"\.$/],
    [{ REDIS_CLUSTER: 'n1,,n2' }, /^REDIS_CLUSTER holds something in place 2 that is no address/],
    [{ REDIS_CLUSTER: 'n1:0' }, /^REDIS_CLUSTER holds something in place 1/],
    [{ REDIS_CLUSTER: 'n1:65536' }, /^REDIS_CLUSTER holds something in place 1/],
    [
      { REDIS_CLUSTER: 'n1,redis://:hunter2@n2:6379' },
      /^REDIS_CLUSTER holds something in place 2.*host:port/,
    ],
    [{ ...SENTINELS, REDIS_SENTINELS: 'hunter2@s' }, /^REDIS_SENTINELS holds something in place 1/],
  ])('of %j is an error that says what to do and shows no value', (environment, sentence) => {
    const attempt = () => redisFrom(environment);
    expect(attempt).toThrow(sentence);
    expect(attempt).not.toThrow(/hunter2/);
  });
});

describe('the environment of another process', () => {
  it('names that Redis, and nothing that this process was given stays beside it', () => {
    const own = { REDIS_PASSWORD: 'of another', REDIS_URL: 'redis://another', PATH: '/bin' };
    const environment = { ...own, ...environmentFor({ REDIS_CLUSTER: 'n1:7000' }) };
    expect(given(environment)).toEqual({ PATH: '/bin', REDIS_CLUSTER: 'n1:7000' });
  });
});
