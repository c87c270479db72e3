import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { itIf } from './available.ways.js';
import { answers } from './redis.peer.js';

const BIN = fileURLToPath(new URL('../../libs/redis-anywhere/bin/redis-anywhere.js', import.meta.url));
const NOBODY = 65_534;
/** Only the commands that any Debian has; the machine's own Redis, if any, is not to be used. */
const PATH = '/usr/bin:/bin';

const notDebian = ['apt-get', 'dpkg-deb'].every((command) => existsSync(`/usr/bin/${command}`))
  ? undefined
  : 'this is not Debian or Ubuntu';
// Proves most as a user who may do nothing; root becomes one, if one may read this checkout.
const user =
  process.getuid?.() === 0 && nobodyCanRead(BIN)
    ? { name: 'nobody', uid: NOBODY, gid: NOBODY }
    : { name: userInfo().username };

describe(`a private copy of the distribution's Redis, made by ${user.name}`, () => {
  let home = '';
  let outcomes: Outcome[] = [];

  beforeAll(async () => {
    if (notDebian) return;
    home = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-home-'));
    if (user.uid !== undefined) chownSync(home, user.uid, user.gid);
    // Two at once, from nothing.
    outcomes = await Promise.all([run(), run()]);
  }, 300_000);
  afterAll(() => {
    if (home) rmSync(home, { recursive: true, force: true });
  });

  interface Outcome {
    answered: boolean;
    stderr: string;
    code: number | null;
  }

  async function run(): Promise<Outcome> {
    const child = spawn(process.execPath, [BIN, '--via', 'debian-package'], {
      env: { PATH, HOME: home, ...proxies() },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: home,
      ...user,
    });
    const [stderr, exit] = [text(child.stderr), once(child, 'exit')];
    const url = await Promise.race([once(createInterface(child.stdout), 'line'), exit]).then(([line]) =>
      String(line),
    );
    const answered = await answers(url);
    child.kill('SIGTERM');
    const [code] = (await exit) as [number | null];
    return { answered, stderr: await stderr, code };
  }

  itIf(notDebian, 'is downloaded, unpacked and started, by two processes at once', async () => {
    for (const { answered, stderr, code } of outcomes) {
      expect([stderr, answered, code]).toEqual([expect.stringContaining('using'), true, 0]);
      expect(stderr).toMatch(/downloading .*redis-server=\S+/);
      expect(stderr).toContain(join(home, '.cache/redis-anywhere'));
    }
  });

  itIf(notDebian, 'lies in the cache folder alone, without lists, packages or working folders', async () => {
    const cache = join(home, '.cache/redis-anywhere');
    const [copy, ...others] = readdirSync(cache);
    expect(others).toEqual([]);
    expect(existsSync(join(cache, copy ?? '', 'usr/bin/redis-server'))).toBe(true);
    if (user.uid !== undefined) expect(statSync(join(cache, copy ?? '')).uid).toBe(user.uid);
  });

  itIf(notDebian, 'is used again without another download', async () => {
    const { answered, stderr } = await run();
    expect(answered).toBe(true);
    expect(stderr).not.toContain('downloading');
  });

  itIf(
    notDebian,
    'is made anew when it does not run any more',
    async () => {
      const cache = join(home, '.cache/redis-anywhere');
      const broken = join(cache, readdirSync(cache)[0] ?? '', 'usr/bin/redis-server');
      rmSync(broken);
      const { answered, stderr } = await run();
      expect([answered, stderr]).toEqual([true, expect.stringContaining('downloading')]);
      expect(existsSync(broken)).toBe(true);
    },
    120_000,
  );

  itIf(notDebian, 'is refused with the reason where the cache folder cannot be written', async () => {
    // A file in the way stops root too.
    const file = join(home, 'file');
    writeFileSync(file, '');
    const child = spawn(process.execPath, [BIN, '--via', 'debian-package'], {
      env: { PATH, HOME: home, XDG_CACHE_HOME: join(file, 'cache') },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/cache folder cannot be written.*set XDG_CACHE_HOME/),
    ]);
  });
});

function proxies(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name)),
  );
}

function nobodyCanRead(file: string): boolean {
  accessSync(file);
  const program = `require('node:fs').accessSync(${JSON.stringify(file)})`;
  return spawnSync(process.execPath, ['-e', program], { uid: NOBODY, gid: NOBODY, cwd: '/' }).status === 0;
}
