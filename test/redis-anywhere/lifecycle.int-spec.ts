import { afterEach, describe, expect } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RedisServer, type StartRedisOptions, startRedis } from 'redis-anywhere';
import {
  type Missing,
  anyBinary,
  dockerMissing,
  eventually,
  itIf,
  onlyLocal,
  quiet,
} from './available.ways.js';
import { answers, factsOf, isAlive, withClient } from './redis.peer.js';

const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const local: StartRedisOptions = { via: 'path', env: onlyLocal(binary), onProgress: quiet };
const docker: StartRedisOptions = { via: 'docker', onProgress: quiet };
const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];

const ways: [string, StartRedisOptions, Missing][] = [
  ['a process', local, noBinary],
  ['a container', docker, await dockerMissing()],
];

describe.each(ways)('Redis as %s', (_, way, missing) => {
  const started: RedisServer[] = [];
  const folders: string[] = [];
  const start = async (options: StartRedisOptions = {}) => {
    const server = await startRedis({ ...way, ...options });
    started.push(server);
    return server;
  };
  const folder = () => {
    folders.push(mkdtempSync(join(tmpdir(), 'redis-anywhere-test-data-')));
    return folders.at(-1) ?? '';
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
    for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
  });

  itIf(missing, 'keeps what was written with an append-only file through kill and restart', async () => {
    const server = await start({ args: durable });
    await withClient(server.url, (client) => client.set('k', 'kept'));
    const { url } = server;
    await server.kill();
    expect(await answers(url)).toBe(false);
    await server.restart();
    expect(server.url).toBe(url);
    expect(await withClient(url, (client) => client.get('k'))).toBe('kept');
  });

  itIf(missing, 'forgets everything by default when killed', async () => {
    const server = await start();
    await withClient(server.url, (client) => client.set('k', 'lost'));
    await server.kill();
    await server.restart();
    expect(await withClient(server.url, (client) => client.get('k'))).toBeNull();
  });

  itIf(missing, 'restarts when it runs and when it is paused', async () => {
    const server = await start({ args: durable });
    await withClient(server.url, (client) => client.set('k', 'kept'));
    await server.restart();
    await server.pause();
    await server.restart();
    expect(await withClient(server.url, (client) => client.get('k'))).toBe('kept');
  });

  itIf(missing, 'holds its answers while paused and gives them after resume', async () => {
    const server = await start();
    await withClient(server.url, async (client) => {
      await server.pause();
      let answered = false;
      const pong = client.ping().then((text) => {
        answered = true;
        return text;
      });
      // Another connection waits a second in vain.
      expect(await answers(server.url)).toBe(false);
      expect(answered).toBe(false);
      await server.resume();
      await server.resume();
      expect(await pong).toBe('PONG');
    });
    expect(await answers(server.url)).toBe(true);
  });

  itIf(missing, 'refuses to pause what is dead and to restart what was stopped', async () => {
    const server = await start();
    await server.kill();
    await server.kill();
    await expect(server.pause()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await server.stop();
    await expect(server.restart()).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  itIf(missing, 'stops once, however often and in whatever state it is asked to', async () => {
    const [running, paused, killed] = await Promise.all([start(), start(), start()]);
    await paused?.pause();
    await killed?.kill();
    for (const server of [running, paused, killed]) {
      await Promise.all([server?.stop(), server?.stop()]);
      await server?.stop();
      expect(await answers(server?.url ?? '')).toBe(false);
    }
  });

  itIf(missing, 'asks for the password that was chosen, and the URL carries it', async () => {
    const server = await start({ password: 'p@ss/w:rd %' });
    expect(await answers(server.url)).toBe(true);
    expect(await answers(server.url.replace(/\/\/.*@/, '//'))).toBe(false);
    expect(server.description).not.toContain('p@ss');
    const other = await start({ args: ['--requirepass', 'by-args'] });
    expect(new URL(other.url).password).toBe('by-args');
    expect(await answers(other.url)).toBe(true);
  });

  itIf(missing, 'keeps its data in dir from one server to the next, and lets one at a time in', async () => {
    const dir = folder();
    const first = await start({ dir, args: durable });
    await withClient(first.url, (client) => client.set('k', 'kept'));
    await expect(start({ dir })).rejects.toMatchObject({ code: 'DIR_IN_USE' });
    await first.stop();
    expect(readdirSync(dir)).toEqual(['appendonlydir']);
    const second = await start({ dir, args: durable });
    expect(await withClient(second.url, (client) => client.get('k'))).toBe('kept');
  });

  itIf(missing, 'takes the port that was chosen, and says so when it is taken', async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    await expect(start({ port })).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining(`Port ${port}`),
    });
    await first.stop();
    const second = await start({ port });
    expect(second.url).toBe(first.url);
  });

  itIf(missing, 'reports an end that nobody asked for, and no other', async () => {
    const reports: string[] = [];
    const server = await start({ onUnexpectedExit: (reason) => reports.push(reason) });
    await server.kill();
    await server.restart();
    await server.restart();
    expect(reports).toEqual([]);
    await withClient(server.url, (client) => client.shutdown('NOSAVE')).catch(() => {});
    await eventually('the report', () => reports.length > 0);
    await server.restart();
    await server.stop();
    expect(reports).toEqual([expect.stringMatching(/ended by itself \(exit code 0\)\.$/)]);
  });
});

describe('Redis as a process', () => {
  itIf(noBinary, 'leaves neither a process nor a folder after stop', async () => {
    const server = await startRedis(local);
    const { pid, folder } = await factsOf(server.url);
    expect(existsSync(folder)).toBe(true);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(dirname(folder))).toBe(false);
  });

  itIf(noBinary, 'says what Redis said when it refuses its arguments', async () => {
    await expect(startRedis({ ...local, args: ['--no-such-setting', '1'] })).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('no-such-setting'),
    });
  });

  itIf(noBinary, 'takes over a lock whose owner died', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'redis-anywhere-test-data-'));
    const { pid } = await startAndStop();
    writeFileSync(join(dir, 'redis-anywhere.lock'), `${pid}\n`);
    const server = await startRedis({ ...local, dir });
    await server.stop();
    rmSync(dir, { recursive: true });
  });

  itIf(noBinary, 'starts twenty at once, each on a port of its own', async () => {
    const servers = await Promise.all(Array.from({ length: 20 }, () => startRedis(local)));
    const pids = await Promise.all(servers.map(({ url }) => factsOf(url).then(({ pid }) => pid)));
    await Promise.all(servers.map((server) => server.stop()));
    expect(new Set(pids).size).toBe(20);
    expect(pids.some(isAlive)).toBe(false);
  });
});

async function startAndStop(): Promise<{ pid: number }> {
  const server = await startRedis(local);
  const { pid } = await factsOf(server.url);
  await server.stop();
  return { pid };
}
