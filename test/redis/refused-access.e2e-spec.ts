import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import { useCommand } from '../cli/session.command.js';
import { Client } from '../support/attempts.apps.js';
import { documentedAccess } from '../support/documented.access.js';
import { SECURE_PASSWORD, useSecureRedis } from '../support/secure.apps.js';
import { refusedTo } from '../support/secure.redis.js';
import { startApp } from '../support/test-app.js';

const secure = useSecureRedis();
const command = useCommand();

describe('a permission that is missing', () => {
  /** The user of the docs without some of its rules. */
  async function startWithout(...rules: string[]) {
    const app = await secure.start('express', { nearCache: undefined });
    const denials = rules.map((rule) => rule.replace(/^\+/, '-'));
    await secure.admin.call('ACL', 'SETUSER', 'sessions', ...denials);
    return app;
  }
  afterEach(() =>
    secure.admin.call(
      'ACL',
      'SETUSER',
      'sessions',
      ...documentedAccess().flatMap(({ rules }) =>
        rules.filter((rule) => /^[+~&]/.test(rule) && rule !== '+client|setinfo'),
      ),
    ),
  );

  it.each([
    ['+get', /may not use the command GET: extend its ACL by \+get \(docs\/security\.md#/],
    ['+evalsha', /may not use the command EVALSHA: extend its ACL by \+evalsha \(/],
    // In a script. Redis before 7.2 does not say which.
    ['+zadd', /may not use (a command that a script needs|the command ZADD).*docs\/security\.md#/],
  ])('%s: the request gets a 503, and the log says what to add', async (rule, reason) => {
    const { origin, events } = await startWithout(rule);
    const visitor = new Client(origin);
    visitor.cookies.set('sid', 's%3Anothing');
    const answers = [
      await visitor.login('alice', 'wonderland'),
      await visitor.post('/count'),
      await visitor.post('/count'),
    ];
    expect(answers.map(({ status }) => status)).toContain(503);
    expect(events).toContainEqual({ type: 'store.unavailable', reason: expect.stringMatching(reason) });
    expect((await refusedTo(secure.admin)).join()).toContain(rule.slice(1));
  });

  it('of keys: the request gets a 503, and the log says what to add, without a key', async () => {
    const { origin, events } = await startWithout('resetkeys', '~other:*');
    expect((await new Client(origin).login('alice', 'wonderland')).status).toBe(503);
    const reason = expect.stringMatching(/may not reach a key that is needed.*session\.prefix/);
    expect(events).toContainEqual({ type: 'store.unavailable', reason });
  });

  it.each([
    ['-client|tracking', /CLIENT TRACKING: extend its ACL by \+client\|tracking/],
    ['resetchannels', /extend its ACL by &__redis__:invalidate/],
  ])('%s: the near cache says so, and requests are answered without it', async (rule, reason) => {
    await secure.admin.call('ACL', 'SETUSER', 'sessions', rule);
    const { origin, events } = await secure.start();
    await secure.until(() => events.some(({ type }) => type === 'nearCache.refused'));
    expect(events).toContainEqual({ type: 'nearCache.refused', reason: expect.stringMatching(reason) });
    expect((await new Client(origin).post('/count')).json).toMatchObject({ visits: 1 });
  });

  it('is named by the command, too', async () => {
    await secure.admin.call('ACL', 'SETUSER', 'sessions', '-scan');
    const env = secure.environment;
    expect(await command.run(['sessions', 'list'], env)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^nestjs-redis-session: The Redis user may not use the command SCAN: extend its ACL by \+scan \(docs/,
      ),
    });
  });
});

describe('what ends the start, with a sentence that says what to correct', () => {
  const url = () => secure.url;
  const withoutUser = () => new URL(url()).href.replace(/\/\/.*@/, '//');
  it.each<[string, () => SessionRedisOptions, RegExp]>([
    [
      'an authority that nobody named',
      () => ({ url: url(), tls: true }),
      /no authority that is trusted here vouches for its certificate \(SELF_SIGNED_CERT_IN_CHAIN\): .*redis\.tls, \{ ca.*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'a certificate for another host',
      () => secure.trusting({ tls: { ca: secure.ca, servername: 'other.example' } }),
      /certificate is for another host name .*redis\.tls\.servername/,
    ],
    [
      'no TLS',
      () => ({ url: url().replace('rediss:', 'redis:') }),
      /Does it want TLS\? Then the URL begins with rediss:/,
    ],
    [
      'a wrong password',
      () => ({ url: withoutUser(), username: 'sessions', password: 'wrong hunter3', tls: { ca: secure.ca } }),
      /refused the user name or the password: correct them in the URL, or in redis\.username and redis\.password/,
    ],
    [
      'an unknown user',
      () => ({ url: withoutUser(), username: 'nobody', password: SECURE_PASSWORD, tls: { ca: secure.ca } }),
      /refused the user name or the password/,
    ],
    ['no password', () => ({ url: withoutUser(), tls: { ca: secure.ca } }), /asks for a password/],
  ])('%s', async (_, options, sentence) => {
    const began = performance.now();
    const started = startApp('', { session: { redis: options() } });
    const error = await started.then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toMatch(sentence);
    expect(error?.message).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used: /);
    expect(`${error?.message} ${error?.stack}`).not.toMatch(/hunter/);
    // It waits three seconds for a Redis that may still be starting; the rest is for a busy machine.
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  it('a certificate that is not accepted, without trying it again', async () => {
    const { port } = new URL(secure.url);
    let connections = 0;
    const relay = createServer((socket) => {
      connections++;
      const onward = connect(Number(port), '127.0.0.1');
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        from.on('error', () => to.destroy()).pipe(to);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const relayed = secure.url.replace(`:${port}`, `:${(relay.address() as AddressInfo).port}`);
    await expect(startApp('', { session: { redis: { url: relayed, tls: true } } })).rejects.toThrow(
      /certificate/,
    );
    expect(connections).toBe(1);
    await new Promise((resolve) => relay.close(resolve));
  });
});
