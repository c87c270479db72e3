import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { days, hours, minutes, SessionModule, type SessionModuleOptions } from 'nestjs-redis-session';
import { resolveLoginAttemptsOptions } from '../../libs/session/src/login-attempts/index.js';
import { resolveModuleOptions } from '../../libs/session/src/session-module.options.js';

const SECRET = 'a-secret-of-the-tests-0123456789-abcdef';
const good: SessionModuleOptions = { secret: SECRET, redis: 'redis://127.0.0.1:6379' };

describe('options', () => {
  it('have these defaults', () => {
    const options = resolveModuleOptions(good, 'production');
    const { normalize } = options.loginAttempts;
    expect(options).toEqual({
      secrets: [SECRET],
      redis: {
        url: 'redis://127.0.0.1:6379',
        client: undefined,
        options: {},
        maxWait: 1_000,
        startWithout: false,
      },
      cookie: {
        name: '__Host-sid',
        persistent: true,
        attributes: { path: '/', httpOnly: true, secure: true, sameSite: 'lax', domain: undefined },
      },
      session: {
        idleTimeout: minutes(30),
        absoluteTimeout: hours(8),
        renewAfter: minutes(15),
        timeoutsOf: expect.any(Function),
        prefix: 'sess:',
        serializer: undefined,
        maxBytes: 65_536,
        idFormat: 'secret',
        access: 'write',
      },
      auth: {
        carryOver: [],
        maxSessions: expect.any(Function),
        onLimit: 'evict-oldest',
        describeDevices: true,
        trustedOrigins: [],
      },
      rememberMe: { idleTimeout: days(14), absoluteTimeout: days(90) },
      // test/login-attempts looks at them.
      loginAttempts: { ...resolveLoginAttemptsOptions({}, [SECRET]), normalize },
      events: { log: true, accounts: false },
      doctor: { atStart: true, ignore: [], strict: false },
    });
  });

  it('let a user have any number of sessions unless a limit is given, for everybody or by user', () => {
    const limitOf = (maxSessions?: unknown, roles: string[] = []) =>
      resolveModuleOptions({ ...good, auth: { maxSessions } } as SessionModuleOptions).auth.maxSessions({
        userId: 'u-1',
        roles,
      });
    expect(limitOf()).toBeUndefined();
    expect(limitOf(3)).toBe(3);
    const byRole = (user: { roles: string[] }) => (user.roles.includes('admin') ? 1 : undefined);
    expect([limitOf(byRole, ['admin']), limitOf(byRole)]).toEqual([1, undefined]);
    expect(() => limitOf(() => 0)).toThrow(
      /auth\.maxSessions must give a whole number, at least 1; it got 0/,
    );
  });

  it('take trusted origins as browsers send them', () => {
    const trustedOrigins = [
      'https://shop.example',
      'http://localhost:5173',
      'http://[::1]:8080',
      'capacitor://localhost',
    ];
    const { auth } = resolveModuleOptions({ ...good, auth: { trustedOrigins } });
    expect(auth.trustedOrigins).toEqual(trustedOrigins);
  });

  it('outside production the cookie is "sid" without Secure', () => {
    const { cookie } = resolveModuleOptions(good, 'development');
    expect([cookie.name, cookie.attributes.secure]).toEqual(['sid', false]);
  });

  // What it got, what the error has to name, and a word of the remedy.
  const wrong: readonly [string, object, RegExp][] = [
    ['no secret', { secret: undefined }, /option secret is missing.*randomBytes/],
    ['an empty secret', { secret: '' }, /option secret is missing/],
    ['a short secret', { secret: 'short' }, /secret has 5 bytes and must have at least 32.*randomBytes/],
    [
      'an empty secret among several',
      { secret: [SECRET, ''] },
      /secret has an entry that is no text or is empty/,
    ],
    ['a secret from a tutorial', { secret: 'your_secret_key_your_secret_key_123' }, /everybody knows/],
    ['a secret from a README', { secret: 'keyboard cat keyboard cat keyboard cat' }, /everybody knows/],
    ['a secret of one letter', { secret: 'a'.repeat(64) }, /everybody knows/],
    ['an older secret from a README', { secret: [SECRET, 'keyboard cat'] }, /everybody knows/],
    ['no redis', { redis: undefined }, /option redis is missing.*redis:\/\//],
    ['an empty redis', { redis: {} }, /option redis names no Redis/],
    ['a URL of another kind', { redis: 'http://localhost' }, /redis\.url must look like redis:\/\//],
    ['a URL that is none', { redis: 'localhost:6379' }, /redis\.url must look like/],
    [
      'a client that is none',
      { redis: { client: {} } },
      /redis\.client must be a client of ioredis; it got \{\}/,
    ],
    ['client and url', { redis: { client: {}, url: 'redis://h' } }, /url and client: only one can be meant/],
    ['a misspelt group', { sesion: {} }, /option sesion does not exist.*session/],
    ['a misspelt option', { session: { idle: 1 } }, /session\.idle does not exist.*idleTimeout/],
    [
      'a duration as text',
      { session: { idleTimeout: '30m' } },
      /session\.idleTimeout must be a number of milliseconds.*'30m'.*minutes\(30\)/,
    ],
    ['a negative duration', { session: { absoluteTimeout: -1 } }, /session\.absoluteTimeout must be.*-1/],
    [
      'idle above absolute',
      { session: { idleTimeout: hours(2), absoluteTimeout: hours(1) } },
      /session\.idleTimeout is 7200000 ms, longer/,
    ],
    [
      'remembered beyond what browsers keep',
      { rememberMe: { idleTimeout: days(500) } },
      /rememberMe\.idleTimeout.*at most 34560000000/,
    ],
    [
      'no session allowed',
      { auth: { maxSessions: 0 } },
      /auth\.maxSessions must be a whole number, at least 1; it got 0/,
    ],
    ['half a session', { auth: { maxSessions: 1.5 } }, /auth\.maxSessions must be a whole number.*1\.5/],
    [
      'an unknown onLimit',
      { auth: { onLimit: 'ask' } },
      /auth\.onLimit must be one of 'evict-oldest', 'refuse'; it got 'ask'/,
    ],
    [
      'a serializer without functions',
      { session: { serializer: {} } },
      /session\.serializer must have the functions/,
    ],
    [
      'too small a session',
      { session: { maxBytes: 1_000 } },
      /session\.maxBytes must be a whole number of bytes, at least 1024; it got 1000/,
    ],
    [
      'an unknown access',
      { session: { access: 'none' } },
      /session\.access must be one of 'write', 'read'; it got 'none'/,
    ],
    [
      'an unknown idFormat',
      { session: { idFormat: 'uuid' } },
      /session\.idFormat must be one of 'secret', 'plain'; it got 'uuid'/,
    ],
    [
      'sameSite none without secure',
      { cookie: { sameSite: 'none' } },
      /cookie\.sameSite is "none".*secure: true/,
    ],
    [
      'an unknown sameSite',
      { cookie: { sameSite: 'Lax' } },
      /cookie\.sameSite must be one of 'lax', 'strict', 'none'; it got 'Lax'/,
    ],
    [
      '__Host- with a domain',
      { cookie: { name: '__Host-sid', secure: true, domain: 'a.example' } },
      /cookie\.name is __Host-sid.*no domain/,
    ],
    ['__Secure- without secure', { cookie: { name: '__Secure-sid' } }, /cookie\.name is __Secure-sid/],
    ['a cookie name with a space', { cookie: { name: 'my sid' } }, /cookie\.name must be a cookie name/],
    ['a path without a slash', { cookie: { path: 'app' } }, /cookie\.path must start with/],
    ['secure as text', { cookie: { secure: 'yes' } }, /cookie\.secure must be true or false; it got 'yes'/],
    [
      'describeDevices as text',
      { auth: { describeDevices: 'no' } },
      /auth\.describeDevices must be true or false; it got 'no'/,
    ],
    [
      'events.log as a level',
      { events: { log: 'warn' } },
      /events\.log must be true or false; it got 'warn'/,
    ],
    ['accounts as a number', { events: { accounts: 1 } }, /events\.accounts must be true or false; it got 1/],
    ['a misspelt event option', { events: { account: true } }, /events\.account does not exist.*accounts/],
    [
      'an unknown code of a finding',
      { doctor: { ignore: ['NO_REPLICA'] } },
      /doctor\.ignore has 'NO_REPLICA', which is no code\. There are .*REDIS_NO_REPLICA/,
    ],
    ['ignore as text', { doctor: { ignore: 'PLAIN_IDS' } }, /doctor\.ignore must be a list of codes/],
    ['strict as text', { doctor: { strict: 'yes' } }, /doctor\.strict must be true or false/],
    ['the doctor switched on by true', { doctor: true }, /doctor must be an object with ignore, strict/],
    ['carryOver as text', { auth: { carryOver: 'cart' } }, /auth\.carryOver must be names/],
    ...(
      [
        ['https://shop.example/', 'write https://shop.example'],
        ['https://shop.example/cart?a=b', 'write https://shop.example'],
        ['https://Shop.example', 'write https://shop.example'],
        ['https://shop.example:443', 'write https://shop.example'],
        ['http://shop.example:80', 'write http://shop.example'],
        ['wss://shop.example', 'write https://shop.example'],
        ['shop.example', 'write https://shop.example'],
        ['https://bücher.example', 'write https://xn--bcher-kva.example'],
        ['Capacitor://localhost/', 'write capacitor://localhost'],
        ['*', 'there are no wildcards'],
        ['https://*.shop.example', 'there are no wildcards'],
        ['null', 'name each site by itself'],
        ['', 'name each site by itself'],
        [42, 'name each site by itself'],
      ] as const
    ).map(([origin, remedy]): [string, object, RegExp] => [
      `the trusted origin ${JSON.stringify(origin)}`,
      { auth: { trustedOrigins: [origin] } },
      new RegExp(
        `auth\\.trustedOrigins must be origins.*it got '?${String(origin).replaceAll(/[*?]/g, '\\$&')}.*${remedy}`,
      ),
    ]),
    ['trustedOrigins as text', { auth: { trustedOrigins: 'https://a.example' } }, /it must be a list/],
  ];

  it.each(wrong)('%s is an error that names option, value and remedy', (_, change, message) => {
    expect(() => resolveModuleOptions({ ...good, ...change }, 'development')).toThrow(message);
  });

  it('no error shows a secret or a password', () => {
    const secret = 'hunter2hunter2';
    for (const change of [
      { secret },
      { redis: `http://u:${secret}@h` },
      { redis: { url: secret } },
      { redis: { cluster: [`redis://:${secret}@h`] } },
    ]) {
      expect(() => resolveModuleOptions({ ...good, ...change })).not.toThrow(secret);
    }
  });

  it('are checked while the application starts, before anything is connected', async () => {
    const start = NestFactory.create(
      {
        module: class Root {},
        imports: [SessionModule.forRoot({ secret: 'short', redis: 'redis://127.0.0.1:1' })],
      },
      { logger: false, abortOnError: false },
    );
    await expect(start).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'secret' });
  });
});
