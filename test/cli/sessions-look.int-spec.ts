import { describe, expect, it } from '@jest/globals';
import { encryptingSerializer } from 'nestjs-redis-session';
import { loginAs } from 'nestjs-redis-session/testing';
import { Browser } from '../support/browser.js';
import { startApp } from '../support/test-app.js';
import { linesOf, PLAIN, useInspectedApp } from './inspected.app.js';

const { redis, sessions, login, storePlain } = useInspectedApp();

describe('sessions list', () => {
  it('prints a line a session, whatever it is, and nothing that lets somebody in', async () => {
    const alice = await login('alice');
    await storePlain({ visitCount: 3 });
    await redis.client.set('sess:encrypted90123456789ab', 'e1.abcdefgh.xyz', 'EX', 60);
    await redis.client.set('other:key', 'x');
    const [table, json] = await Promise.all([sessions('list'), sessions('list', '--json')]);
    expect([table.code, json.code]).toEqual([0, 0]);
    expect(table.stdout.split('\n')[0]).toMatch(
      /^HANDLE +USER +LEVEL +CREATED +ACTIVE +EXPIRES +SIZE +DEVICE$/,
    );
    expect(table.stdout).toMatch(
      new RegExp(`^${alice.handle}  alice +fresh +\\d+ s ago +\\d+ s ago +in 29 min +\\d+ B`, 'm'),
    );
    expect(table.stdout).toMatch(/^AbCdEf… +- +anonymous +- +- +in 29 min/m);
    expect(table.stdout).toMatch(/^encrypted90123456789ab +- +unreadable .*\(encrypted\)$/m);
    expect(table.stderr).toMatch(/^3 sessions under sess: on 127\.0\.0\.1:\d+\.\n$/);
    const found = linesOf(json.stdout).find(({ userId }) => userId === 'alice');
    expect(found).toMatchObject({
      handle: alice.handle,
      isPlain: false,
      level: 'fresh',
      bytes: expect.any(Number),
    });
    const secret = alice.sid.split('.')[1]!;
    for (const { stdout, stderr } of [table, json]) {
      expect(stdout + stderr).not.toContain(secret);
      expect(stdout + stderr).not.toContain(PLAIN.slice(0, 8));
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  it('asks the list of one user only, and stops at a limit', async () => {
    const [one, two] = [await login('u 1'), await login('u 1')];
    await login('u2');
    const [ofUser, ofNobody, limited] = await Promise.all([
      sessions('list', '--user', 'u 1', '--json'),
      sessions('list', '--user', 'nobody'),
      sessions('list', '--limit', '2', '--json', '--progress'),
    ]);
    const handles = linesOf(ofUser.stdout).map(({ handle }) => handle as string);
    expect(handles.toSorted()).toEqual([one.handle, two.handle].toSorted());
    expect([ofNobody.stdout, ofNobody.stderr]).toEqual([
      '',
      expect.stringMatching(/^0 sessions of user "nobody"/),
    ]);
    expect(linesOf(limited.stdout)).toHaveLength(2);
    expect(limited.stderr).toMatch(/looked at \.\.\.\nThe first 2 sessions .*; there may be more\.\n$/);
  });
});

describe('sessions show', () => {
  it('shows the record with instants, and masks hashes and secrets in the data', async () => {
    const browser = await login('bob', ['admin']);
    const key = `sess:${browser.handle}`;
    const record = JSON.parse((await redis.client.get(key))!);
    await redis.client.set(
      key,
      JSON.stringify({ ...record, visitCount: 3, apiToken: 'hunter2data' }),
      'KEEPTTL',
    );
    const [text, json] = await Promise.all([
      sessions('show', browser.sid),
      sessions('show', `${browser.handle.slice(0, 8)}…`, '--json'),
    ]);
    expect([text.code, text.stderr, json.code]).toEqual([0, '', 0]);
    expect(text.stdout).toMatch(new RegExp(`^handle +${browser.handle}\n`));
    expect(text.stdout).toMatch(/^user +bob, roles admin$/m);
    expect(text.stdout).toMatch(/^idle end +\d{4}-\d\d-\d\dT[\d:.]+Z \(in 29 min \d+ s\), timeout 30 min$/m);
    expect(text.stdout).toMatch(/^secrets +current .{6}…, next .{6}… \(hashes\)$/m);
    expect(text.stdout).toMatch(/^data\n\{\n {2}"visitCount": 3,\n {2}"apiToken": "\*\*\*"\n\}\n$/m);
    expect(linesOf(json.stdout)).toEqual([
      expect.objectContaining({
        handle: browser.handle,
        level: 'fresh',
        data: { visitCount: 3, apiToken: '***' },
      }),
    ]);
    for (const { stdout } of [text, json]) {
      expect(stdout).not.toContain('hunter2');
      for (const hash of [
        record.$session.secrets.current,
        record.$session.secrets.next,
        browser.sid.split('.')[1],
      ])
        expect(stdout).not.toContain(hash);
    }
  });

  it('finds a session of connect-redis by a beginning that only it has', async () => {
    await storePlain({ visitCount: 3 });
    await storePlain({}, `AbCdEf${'0'.repeat(26)}`);
    const [found, several, short, none] = await Promise.all([
      sessions('show', PLAIN.slice(0, 7)),
      sessions('show', 'AbCdEf…'),
      sessions('show', 'AbCdE'),
      sessions('show', `${PLAIN}6789`),
    ]);
    expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('"visitCount": 3')]);
    expect(several).toMatchObject({ code: 1, stderr: expect.stringContaining('2 sessions begin like that') });
    expect(short).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('at least its first 6 characters'),
    });
    expect(none).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no session AbCdEf… under sess:'),
    });
    for (const { stdout, stderr } of [found, several, short, none])
      expect(stdout + stderr).not.toContain(PLAIN.slice(0, 8));
  });

  it('says of what it cannot read how large it is and how long it lives', async () => {
    const serializer = encryptingSerializer({ secrets: 'a-key-of-the-tests-0123456789-abcdefg' });
    const encrypted = await startApp(redis.url, { session: { session: { serializer } } });
    const cookie = await loginAs(encrypted.app, { userId: 'eve' });
    await encrypted.close();
    const browser = new Browser('');
    browser.cookie = cookie;
    await redis.client.lpush('sess:alist67890123456789abc', 'x');
    const [text, list] = await Promise.all([sessions('show', browser.handle), sessions('show', 'alist6')]);
    expect([text.code, list.code]).toEqual([0, 0]);
    expect(text.stdout).toMatch(
      /^stored +sess:.{22}, \d+ B, expires in 29 min \d+ s\nunreadable +encrypted; the application's serializer/m,
    );
    expect(list.stdout).toMatch(/no expiry\nunreadable +not a text;/);
  });
});

describe('sessions ttl', () => {
  it('tells what Redis and what the record says, and whether they differ', async () => {
    const browser = await login('carol');
    const [same, json] = await Promise.all([
      sessions('ttl', browser.handle),
      sessions('ttl', browser.handle, '--json'),
    ]);
    expect(same).toMatchObject({ code: 0, stderr: '' });
    expect(same.stdout).toMatch(
      /^handle +.{22}\nRedis drops it +in 29 min \d+ s\nidle end +in 29 min \d+ s\nabsolute end +in 7 h 59 min\n$/,
    );
    const [{ expiresIn, idle }] = linesOf(json.stdout) as [Record<string, number>];
    expect(Math.abs(expiresIn! - idle!)).toBeLessThan(1_000);
    await redis.client.persist(`sess:${browser.handle}`);
    const other = await sessions('ttl', browser.handle);
    expect(other.stdout).toMatch(/Redis drops it +never/);
    expect(other.stderr).toMatch(/something else has set the expiry/);
  });
});
