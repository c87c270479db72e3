import { describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { getContainerRuntimeClient } from 'testcontainers';
import { anyBinary, dockerMissing, eventually, itIf, onlyLocal } from './available.ways.js';
import { answers, factsOf, isAlive } from './redis.peer.js';

const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const noDocker = await dockerMissing();
const LIBRARY = new URL('../../libs/redis-anywhere/dist/index.js', import.meta.url).href;

interface Program {
  child: ChildProcess;
  url: string;
  /** Has it pause its Redis. */
  pause(): Promise<void>;
}

/** A program of its own (built library, plain Node) that starts a Redis, says where, and runs until its stdin is closed. */
async function program(way: string): Promise<Program> {
  const source = `
    import { startRedis } from ${JSON.stringify(LIBRARY)};
    const server = await startRedis({ via: '${way}', onProgress() {} });
    console.log(server.url);
    process.stdin.on('data', async () => {
      await server.pause();
      console.log('paused');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: onlyLocal(binary),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const [url] = (await once(lines, 'line')) as [string];
  const pause = async () => {
    const paused = once(lines, 'line');
    child.stdin.write('pause');
    await paused;
  };
  return { child, url, pause };
}

describe('when the program dies', () => {
  for (const state of ['running', 'paused']) {
    itIf(noBinary, `by SIGKILL, its ${state} Redis and the temporary folder go too`, async () => {
      const { child, url, pause } = await program('path');
      const { pid, folder } = await factsOf(url);
      if (state === 'paused') await pause();
      expect([isAlive(pid), existsSync(folder)]).toEqual([true, true]);
      child.kill('SIGKILL');
      await eventually('the end of Redis', () => !isAlive(pid));
      await eventually('the end of its folder', () => !existsSync(dirname(folder)));
    });

    itIf(noDocker, `by SIGKILL, its ${state} container goes too`, async () => {
      const { child, url, pause } = await program('docker');
      if (state === 'paused') await pause();
      expect(await containersOn(url)).toHaveLength(1);
      child.kill('SIGKILL');
      await eventually('the end of the container', async () => (await containersOn(url)).length === 0);
    });
  }

  itIf(noBinary, 'by SIGKILL, all nodes of its Sentinel go too', async () => {
    const source = `
      import { startSentinel } from ${JSON.stringify(LIBRARY)};
      const { nodes } = await startSentinel({ onProgress() {} });
      console.log(nodes.map(({ pid }) => pid).join());`;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', `${source} process.stdin.resume();`],
      {
        env: onlyLocal(binary),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const pids = line.split(',').map(Number);
    expect(pids.map(isAlive)).toEqual(Array(6).fill(true));
    child.kill('SIGKILL');
    await eventually('the end of the nodes', () => !pids.some(isAlive));
  });

  itIf(noBinary, 'by reaching its end without stop, it is not held up and Redis goes too', async () => {
    const { child, url } = await program('path');
    const { pid, folder } = await factsOf(url);
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    await eventually('the end of Redis', () => !isAlive(pid));
    await eventually('the end of its folder', () => !existsSync(dirname(folder)));
  });
});

describe("the program's own signal handling", () => {
  it('stays as it was after a container engine was looked for', async () => {
    const source = `
      import { startRedis } from ${JSON.stringify(LIBRARY)};
      process.once('SIGTERM', () => setTimeout(() => process.exit(7), 50));
      await startRedis({ via: 'docker', image: 'localhost:1/none:none', onProgress() {} }).catch(() => {});
      console.log('ready');
      process.stdin.resume();`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});

describe('when the keeper process is killed', () => {
  itIf(noBinary, 'the program ends Redis and removes its folder in its stead', async () => {
    const { child, url } = await program('path');
    const { pid, folder } = await factsOf(url);
    process.kill(parentOf(pid), 'SIGKILL');
    await eventually('the end of Redis', async () => !(await answers(url)));
    await eventually('the end of its folder', () => !existsSync(dirname(folder)));
    expect(child.exitCode).toBeNull();
    child.kill('SIGKILL');
  });
});

async function containersOn(url: string): Promise<unknown[]> {
  const client = await getContainerRuntimeClient();
  const containers = await client.container.list();
  return containers.filter(({ Ports }) =>
    Ports.some(({ PublicPort }) => PublicPort === Number(new URL(url).port)),
  );
}

function parentOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], { encoding: 'utf8' }));
}
