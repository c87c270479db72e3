import { describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { resolveRedisOptions } from '../../libs/session/src/redis/index.js';

const PASSWORD = 'hunter2-hunter2';

describe('the option redis', () => {
  it('names Redis behind Sentinels or as a Cluster, with credentials of their own, and then waits longer', () => {
    const natMap = { '10.0.0.1:6379': { host: 'localhost', port: 16_379 } };
    expect(
      resolveRedisOptions({
        sentinels: ['one', 'two:1', '[::1]:2', { host: 'four' }],
        name: 'mymaster',
        username: 'u',
        password: 'p',
        tls: true,
        sentinelUsername: 'su',
        sentinelPassword: 'sp',
        sentinelTls: { servername: 's' },
        natMap,
      }),
    ).toEqual({
      options: {
        sentinels: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 1 },
          { host: '::1', port: 2 },
          { host: 'four', port: 26_379 },
        ],
        name: 'mymaster',
        username: 'u',
        password: 'p',
        tls: {},
        enableTLSForSentinelMode: true,
        sentinelUsername: 'su',
        sentinelPassword: 'sp',
        sentinelTLS: { servername: 's' },
        natMap,
      },
      maxWait: 5_000,
      startWithout: false,
    });
    expect(
      resolveRedisOptions({ cluster: ['one:7000', 'two'], password: 'p', natMap, maxWait: 900 }),
    ).toEqual({
      cluster: [
        { host: 'one', port: 7_000 },
        { host: 'two', port: 6_379 },
      ],
      natMap,
      options: { password: 'p' },
      maxWait: 900,
      startWithout: false,
    });
    // As ioredis writes it, and as the application made it.
    expect(resolveRedisOptions({ options: { sentinels: [{ host: 'h' }], name: 'm' } }).maxWait).toBe(5_000);
    const cluster = new Cluster([{ host: 'h' }], { lazyConnect: true });
    expect(resolveRedisOptions({ client: cluster })).toMatchObject({ client: cluster, maxWait: 5_000 });
  });

  // What it got, what the error has to name, and a word of the remedy.
  const wrong: readonly [string, object, RegExp][] = [
    ['sentinels and cluster', { sentinels: ['h'], cluster: ['h'] }, /only one can be meant/],
    ['sentinels without a name', { sentinels: ['h'] }, /redis\.name must be the name.*mymaster/],
    ['a name without sentinels', { url: 'redis://h', name: 'm' }, /redis\.name is for sentinels/],
    ['no sentinels', { sentinels: [], name: 'm' }, /redis\.sentinels must be a list.*'host:26379'/],
    ['a cluster that is no list', { cluster: 'h:1' }, /redis\.cluster must be a list.*'host:6379'/],
    [
      'a URL as the address of a node',
      { cluster: ['h:1', `redis://:${PASSWORD}@h`] },
      /redis\.cluster\[1\] must be 'host:6379'.*password and TLS are options beside it/,
    ],
    ['a port out of range', { cluster: ['h:65536'] }, /redis\.cluster\[0\] must be.*1 to 65535/],
    ['a database of a Cluster', { cluster: ['h'], options: { db: 2 } }, /db is given for a Cluster/],
    ['credentials beside a client', { client: {}, password: 'p' }, /redis\.password is given beside client/],
    ['an empty password', { cluster: ['h'], password: '' }, /redis\.password must be text/],
    ['TLS as text', { url: 'redis://h', tls: 'yes' }, /redis\.tls must be true, false or an object/],
    ['a natMap for one server', { url: 'redis://h', natMap: {} }, /natMap is for sentinels or cluster/],
    [
      'a natMap of texts',
      { cluster: ['h'], natMap: { a: 'b:1' } },
      /redis\.natMap must be an object such as/,
    ],
    [
      'credentials of Sentinels for a Cluster',
      { cluster: ['h'], sentinelPassword: 'p' },
      /redis\.sentinelPassword is for sentinels/,
    ],
  ];
  it.each(wrong)('refuses %s', (_, redis, words) => {
    let told = '';
    try {
      resolveRedisOptions(redis);
    } catch (error) {
      told = String(error);
    }
    expect(told).toMatch(words);
    expect(told).not.toContain(PASSWORD);
  });
});
