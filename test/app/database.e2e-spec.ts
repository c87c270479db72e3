import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { sql } from 'drizzle-orm';
import { WrongPassword } from 'nestjs-redis-session';
import { openDatabase } from '../../src/database/open.database.js';
import { StartupError } from '../../src/startup/startup.error.js';
import { UsersService } from '../../src/users/users.service.js';
import { Browser } from '../support/browser.js';
import { useDatabase } from '../support/database.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';

const database = useDatabase();
const redis = useRedis();
const start = useSampleApps(() => redis.url);

describe('users', () => {
  let users: UsersService;
  beforeEach(() => void (users = new UsersService(database.opened.database)));

  it('are one under all spellings of a name', async () => {
    const alice = { userId: '1001', name: 'alice', roles: [] };
    expect(await users.check(' ＡLICE', 'alice-in-wonderland')).toEqual(alice);
    expect(await users.check('Alice', 'wrong')).toEqual(new WrongPassword('1001'));
    expect(await users.check('nobody', 'alice-in-wonderland')).toBeUndefined();
    expect(await users.isTaken('aLiCe')).toBe(true);
  });

  it('that are made at the same moment under one name are one', async () => {
    const made = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        users.create({ name: n % 2 ? 'Eve' : 'eve', password: `pass ${n}` }),
      ),
    );
    expect(made.filter((user) => user !== undefined)).toHaveLength(1);
  });

  it('have one password, the new one', async () => {
    await users.changePassword('1002', 'can we fix it?');
    expect(await users.check('bob', 'bob-the-builder')).toEqual(new WrongPassword('1002'));
    expect(await users.check('bob', 'can we fix it?')).toMatchObject({ userId: '1002' });
  });
});

describe('the database of its own', () => {
  let cacheFolder: string;
  const open = (databaseUrl?: string) => openDatabase({ databaseUrl, cacheFolder, withExampleUsers: false });
  beforeEach(() => void (cacheFolder = mkdtempSync(join(tmpdir(), 'database-'))));
  afterEach(() => rmSync(cacheFolder, { recursive: true, force: true }));

  it('keeps its data, and takes over the lock of a process that crashed', async () => {
    const first = await open();
    expect(await new UsersService(first.database).isTaken('alice')).toBe(false);
    await new UsersService(first.database).create({ name: 'kept', password: 'secret' });
    await first.close();
    const crashed = spawn(process.execPath, ['--version']);
    await once(crashed, 'close');
    writeFileSync(join(cacheFolder, 'database', 'lock'), `${crashed.pid}\n`);
    const second = await open();
    expect(await new UsersService(second.database).isTaken('kept')).toBe(true);
    await second.close();
  });

  it('is not opened twice', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    mkdirSync(join(cacheFolder, 'database'), { recursive: true });
    writeFileSync(join(cacheFolder, 'database', 'lock'), `${other.pid}\n`);
    await expect(open()).rejects.toThrow(
      new RegExp(`^Another instance .*process ${other.pid}.* set DATABASE_URL to a PostgreSQL server`),
    );
    other.kill();
  });

  it.each([
    ['mysql://root:secret@localhost/app', /^DATABASE_URL has to be the URL of a PostgreSQL server/],
    [
      'postgres://app:secret@127.0.0.1:1/app',
      /^The database 127.0.0.1:1\/app cannot be used .*correct DATABASE_URL/,
    ],
  ])('refuses %s in a sentence without the password', async (url, sentence) => {
    const error = await open(url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartupError);
    expect((error as StartupError).message).toMatch(sentence);
    expect((error as StartupError).message).not.toContain('secret');
  });
});

describe('a query that fails', () => {
  const login = async () => {
    const app = await start({ database: database.opened.database });
    return new Browser(app.origin).post('/login', { username: 'alice', password: 'x' });
  };
  const lines: unknown[] = [];
  beforeEach(() => {
    lines.length = 0;
    for (const level of ['error', 'warn'] as const) {
      jest.spyOn(Logger.prototype, level).mockImplementation((line: any) => {
        lines.push(line instanceof Error ? `${line.message}${line.stack}` : line);
      });
    }
  });
  afterEach(() => void jest.restoreAllMocks());

  it('is a 500 that tells nothing, and the log has no values', async () => {
    await database.opened.database.execute(sql`ALTER TABLE users RENAME TO elsewhere`);
    const { status, json } = await login().finally(() =>
      database.opened.database.execute(sql`ALTER TABLE elsewhere RENAME TO users`),
    );
    expect([status, json]).toEqual([500, { statusCode: 500, message: 'Something went wrong here.' }]);
    expect(lines.join()).toContain('relation "users" does not exist');
    expect(lines.join()).not.toContain('alice');
  });
});
