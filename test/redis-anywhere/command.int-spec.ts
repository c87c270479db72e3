import { afterAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Redis, type RedisOptions } from 'ioredis';
import { type RedisServer, startRedis } from 'redis-anywhere';
import { anyBinary, eventually, itIf, onlyLocal, quiet } from './available.ways.js';
import { answers, factsOf, isAlive, withClient } from './redis.peer.js';

const BIN = fileURLToPath(new URL('../../libs/redis-anywhere/bin/redis-anywhere.js', import.meta.url));
const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const local = onlyLocal(binary);

interface Run {
  child: ChildProcess;
  /** The first line on stdout. */
  url: Promise<string>;
  end: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves once stderr says so. */
  tells(what: RegExp): Promise<void>;
}

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** The command in a process group of its own, as a terminal starts it. */
function command(args: string[], env: Record<string, string | undefined> = local): Run {
  const child = spawn(process.execPath, [BIN, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const url = once(createInterface(child.stdout), 'line').then(([line]) => String(line));
  const end = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [code]]) => ({ code: code as number | null, stdout, stderr }),
  );
  let told = '';
  const tells = async (what: RegExp): Promise<void> => {
    if (!what.test(told))
      for await (const _ of on(child.stderr, 'data', { close: ['end'] })) if (what.test(told)) return;
  };
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  return { child, url, end, tells };
}

describe('the command redis-anywhere', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    itIf(noBinary, `prints the URL alone, and on ${signal} stops everything and exits with 0`, async () => {
      const { child, url, end } = command([]);
      const { pid, folder } = await factsOf(await url);
      // Ctrl-C in a terminal goes to every process of the foreground group, and npx passes it on once more.
      process.kill(-(child.pid ?? 0), signal);
      child.kill(signal);
      const { code, stdout, stderr } = await end;
      expect([code, stdout]).toEqual([0, `${await url}\n`]);
      expect(stderr).toMatch(
        /^redis-anywhere: using (Redis|Valkey) \d.* found on PATH, on 127\.0\.0\.1:\d+\.\n$/,
      );
      expect([isAlive(pid), existsSync(dirname(folder))]).toEqual([false, false]);
    });
  }

  itIf(
    noBinary,
    'keeps the data in --dir and takes --port, --password and arguments for redis-server',
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-data-'));
      const options = [
        '--dir',
        dir,
        '--password',
        'pw',
        '--',
        '--appendonly',
        'yes',
        '--appendfsync',
        'always',
      ];
      const first = command(options);
      await withClient(await first.url, (client) => client.set('k', 'kept'));
      first.child.kill('SIGTERM');
      await first.end;
      const { port } = new URL(await first.url);
      const second = command(['--port', port, ...options]);
      expect(await second.url).toBe(`redis://:pw@127.0.0.1:${port}`);
      expect(await withClient(await second.url, (client) => client.get('k'))).toBe('kept');
      second.child.kill('SIGTERM');
      expect((await second.end).code).toBe(0);
      rmSync(dir, { recursive: true });
    },
  );

  itIf(noBinary, 'says so and exits with 1 when Redis ends by itself', async () => {
    const { url, end } = command([]);
    await withClient(await url, (client) => client.shutdown('NOSAVE')).catch(() => {});
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^redis-anywhere: Redis on .* ended by itself \(exit code 0\)\.$/m),
    ]);
  });

  itIf(noBinary, 'leaves nothing when it is interrupted while it starts', async () => {
    const TMPDIR = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-tmp-'));
    const { child, end } = command([], { ...local, TMPDIR });
    await eventually('the temporary folder', () => readdirSync(TMPDIR).length > 0);
    child.kill('SIGINT');
    expect((await end).code).toBe(0);
    // It goes last, after every process.
    await eventually('the end of the temporary folder', () => readdirSync(TMPDIR).length === 0);
    rmSync(TMPDIR, { recursive: true });
  });

  itIf(noBinary, 'leaves nothing when Redis refuses its arguments', async () => {
    // A folder of its own: other test files start and stop Redis at the same time.
    const TMPDIR = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-tmp-'));
    const { code, stderr } = await command(['--', '--no-such-setting', '1'], { ...local, TMPDIR }).end;
    expect([code, stderr]).toEqual([1, expect.stringContaining('no-such-setting')]);
    await eventually('the end of the temporary folder', () => readdirSync(TMPDIR).length === 0);
    rmSync(TMPDIR, { recursive: true });
  });

  it.each([
    [['--prot', '1'], /Unknown option '--prot'/],
    [['--port'], /'--port/],
    [['--port', 'x'], /--port is 'x'; allowed are 1 to 65535/],
    [['--via', 'magic'], /--via is 'magic'; allowed are url, path, docker, debian-package/],
    [['--dir', ''], /--dir needs a value/],
    [['cluster', '--via', 'docker'], /--via is 'docker'; allowed are path, debian-package/],
    [['sentinel', '--dir', 'x'], /--dir is for a single server/],
    [['6379'], /Unexpected argument '6379'/],
  ])('answers %j with one sentence and exit code 2', async (args, words) => {
    const { code, stdout, stderr } = await command(args).end;
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(words)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('answers a failure with one message, no stack trace and exit code 1', async () => {
    const { code, stdout, stderr } = await command([], { ...local, REDIS_URL: 'redis://:s3cret@127.0.0.1:1' })
      .end;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^redis-anywhere: REDIS_URL is redis:\/\/:\*\*\*@127\.0\.0\.1:1, but .*\n$/);
  });

  it('explains itself on --help', async () => {
    const { code, stdout } = await command(['--help']).end;
    expect(code).toBe(0);
    for (const word of ['--port', '--dir', '--password', '--via', '--image', 'REDIS_URL', 'Exit codes']) {
      expect(stdout).toContain(word);
    }
  });

  itIf(noBinary, 'with sentinel or cluster, prints where it is as client libraries take it', async () => {
    const [sentinel, cluster] = [command(['sentinel', '--password', 'pw']), command(['cluster'])];
    const { sentinels, name, password } = JSON.parse(await sentinel.url) as RedisOptions;
    const client = new Redis({ sentinels, name, password });
    expect(await client.set('k', 'v')).toBe('OK');
    client.disconnect();
    const nodes = (JSON.parse(await cluster.url) as { cluster: { port: number }[] }).cluster;
    expect(nodes).toHaveLength(6);
    // One that is killed by hand, to see what the others do, does not end the command.
    const { pid } = await factsOf(`redis://127.0.0.1:${nodes[0]?.port}`);
    process.kill(pid, 'SIGKILL');
    expect(await answers(`redis://127.0.0.1:${nodes[1]?.port}`)).toBe(true);
    await cluster.tells(/ended by itself/);
    for (const run of [sentinel, cluster]) run.child.kill('SIGTERM');
    const [first, second] = await Promise.all([sentinel.end, cluster.end]);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stderr).toMatch(/sentinel-3 +127\.0\.0\.1:\d+ {2}\(process \d+\)/);
    expect(second.stderr).toMatch(/node-1 on 127\.0\.0\.1:\d+ ended by itself \(signal SIGKILL\)/);
  });

  itIf(noBinary, 'prints REDIS_URL when it is set, and leaves that server running', async () => {
    const there: RedisServer = await startRedis({ env: local, onProgress: quiet });
    const { child, url, end } = command([], { ...local, REDIS_URL: there.url });
    expect(await url).toBe(there.url);
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    expect(await answers(there.url)).toBe(true);
    await there.stop();
  });
});
