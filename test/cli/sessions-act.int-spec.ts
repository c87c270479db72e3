import { describe, expect, it } from '@jest/globals';
import { SessionRegistry } from 'nestjs-redis-session';
import { linesOf, PLAIN, useInspectedApp } from './inspected.app.js';

const { redis, sessions, run, watch, visit, login, storePlain } = useInspectedApp();

describe('sessions revoke', () => {
  it('ends one session, by its handle', async () => {
    const [one, two] = [await login('u-1'), await login('u-1')];
    expect(await sessions('revoke', one.handle)).toEqual({
      code: 0,
      stdout: `Ended session ${one.handle}.\n`,
      stderr: '',
    });
    expect(await redis.client.exists(`sess:${one.handle}`, `sess:${two.handle}`)).toBe(1);
    expect(await redis.client.zrange('sess-user:{u-1}', '0', '-1')).toEqual([two.handle]);
    expect(await redis.client.get(`sess-ended:${one.handle}`)).toBe('revoked');
  });

  it('ends all of a user with a mark that stops logins under way', async () => {
    const [one, other] = [await login('u-1'), await login('u-2')];
    expect((await sessions('revoke', '--user', 'u-1')).stdout).toBe('Ended 1 session of user "u-1".\n');
    expect(await redis.client.exists(`sess:${one.handle}`, `sess:${other.handle}`)).toBe(1);
    expect(await redis.client.get('sess-user:{u-1}:revoked')).toBe('1');
  });

  it('does not end everybody without being told twice', async () => {
    const browser = await login('u-1');
    const refused = await sessions('revoke', '--everyone');
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no terminal to ask: add --yes/),
    });
    expect(await redis.client.exists(`sess:${browser.handle}`)).toBe(1);
  });

  const hasEveryone = 'revokeEveryone' in SessionRegistry.prototype;
  (hasEveryone ? it : it.skip)(
    'ends everybody with --yes (skipped while SessionRegistry has no revokeEveryone)',
    async () => {
      const browsers = [await login('u-1'), await login('u-2')];
      expect(await sessions('revoke', '--everyone', '--yes', '--json')).toMatchObject({
        code: 0,
        stdout: '{"ended":2}\n',
      });
      expect(await redis.client.exists(...browsers.map(({ handle }) => `sess:${handle}`))).toBe(0);
    },
  );

  it('wants to know whose, and only one of them', async () => {
    const answers = await Promise.all([sessions('revoke'), sessions('revoke', 'abcdef', '--user', 'u-1')]);
    for (const { code, stderr } of answers)
      expect([code, stderr]).toEqual([2, expect.stringMatching(/one of HANDLE, --user ID and --everyone/)]);
  });
});

describe('sessions memory', () => {
  it('counts and measures sessions and what lies beside them', async () => {
    const browser = await login('u-1');
    await storePlain({ note: 'x'.repeat(5_000) });
    await redis.client.set('sessions-of-somebody-else', 'x');
    const [text, json] = await Promise.all([
      sessions('memory', '--largest', '1'),
      sessions('memory', '--json'),
    ]);
    expect(text.stdout).toMatch(
      /^sessions +2, \d\.\d KiB in all, \d\.\d KiB on average\nlists of users +1, /,
    );
    expect(text.stdout).toMatch(
      /^when it is full +noeviction: writes are refused\nlargest sessions\n {2}AbCdEf… +\d\.\d KiB\n$/m,
    );
    const [value] = linesOf(json.stdout);
    expect(value!['sessions']).toMatchObject({
      count: 2,
      measured: 2,
      largest: [
        { handle: 'AbCdEf…', bytes: expect.any(Number) },
        { handle: browser.handle, bytes: expect.any(Number) },
      ],
    });
    expect(value).toMatchObject({ users: { count: 1 }, endings: { count: 0 }, redis: { maxMemory: 0 } });
  });

  it('measures a sample of very many, and says so', async () => {
    const many = `for i = 1, 10500 do redis.call('SET', 'sess:' .. string.format('%022d', i), '{}') end`;
    await redis.client.eval(many, '0');
    expect((await sessions('memory')).stdout).toMatch(/^sessions +10,500, about, from 10,000 of them: /);
  });
});

describe('sessions monitor', () => {
  it('shows commands and keys of sessions as they come, never values, until Ctrl-C', async () => {
    const command = watch();
    await command.printed(/Watching sess: on 127.*costs Redis throughput/);
    const browser = visit();
    await browser.get('/json');
    await redis.client.set('other:key', `sess:${PLAIN}`);
    await redis.client.mget(`sess:${PLAIN}`, 'other:key');
    await storePlain({ note: 'hunter2data' });
    await command.printed(/SET +sess:AbCdEf…/);
    command.child.kill('SIGINT');
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  EVAL(SHA)? +sess:${browser.handle}$`, 'm'),
    );
    expect(stdout).toMatch(/^[\d:.]+ {4}SET +sess:/m);
    expect(stdout).toMatch(/MGET +sess:AbCdEf…$/m);
    for (const hidden of ['hunter2', 'other:key', 'count', PLAIN.slice(0, 8)])
      expect(stdout + stderr).not.toContain(hidden);
  });

  it('says so when Redis does not allow it, and does not hang', async () => {
    await redis.client.acl('SETUSER', 'few', 'on', '>pw', '~*', '&*', '+@all', '-monitor');
    const url = redis.urlAs('few', 'pw');
    expect(await run(['sessions', 'monitor'], { REDIS_URL: url })).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^nestjs-redis-session: MONITOR is not possible: this Redis user may not use it\./,
      ),
    });
    await redis.client.acl('DELUSER', 'few');
  });
});
