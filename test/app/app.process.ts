import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Answer } from '../support/browser.js';
import { databaseDump } from '../support/database.js';

const MAIN = 'dist/main.js';

/** How a process ended. */
export interface Ending {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** From the start, ms. */
  after: number;
}

/** The built application as `npm start` runs it. */
export class AppProcess {
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;

  constructor(env: Record<string, string>, args: readonly string[] = []) {
    const startedAt = performance.now();
    this.child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        const { stdout, stderr } = this;
        resolve({ code, signal, stdout, stderr, after: performance.now() - startedAt });
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves with the address once it serves. */
  async ready(): Promise<string> {
    return (await this.says(/Ready: (http:\/\/localhost:\d+)/))[1]!;
  }

  /** Resolves once it has said something. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const found = () => pattern.exec(this.stdout);
    if (found() === null) {
      await new Promise<void>((resolve, reject) => {
        this.child.stdout!.on('data', () => found() && resolve());
        void this.ended.then(({ stderr }) => reject(new Error(`It ended: ${stderr}`)));
      });
    }
    return found()!;
  }

  kill(signal: NodeJS.Signals): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }
}

/**
 * Starts built applications with an empty environment and a cache folder of their own; kills those that still run after each test, or
 * after all of the file.
 */
export function useAppProcesses({ endAfter = 'test' }: { endAfter?: 'test' | 'file' } = {}): {
  start(env?: Record<string, string>, args?: readonly string[]): AppProcess;
  readonly folder: string;
} {
  if (!existsSync(MAIN))
    throw new Error('dist/main.js is missing. Build the application first: npm run build');
  const cache = mkdtempSync(join(tmpdir(), 'sample-app-'));
  const folder = join(cache, 'nestjs-redis-session');
  // Where Redis comes from the distribution's package, it is not to be downloaded anew for these tests.
  const shared = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'redis-anywhere');
  mkdirSync(shared, { recursive: true });
  symlinkSync(shared, join(cache, 'redis-anywhere'));
  const { PATH = '', HOME = '', TMPDIR = tmpdir(), REDIS_VIA = '', DOCKER_HOST = '' } = process.env;
  const running: AppProcess[] = [];
  let dump: string;
  beforeAll(async () => void (dump = await databaseDump()), 60_000);
  (endAfter === 'test' ? afterEach : afterAll)(async () => {
    await Promise.all(running.splice(0).map((app) => app.kill('SIGTERM')));
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));
  return {
    folder,
    start(env = {}, args = []) {
      // Most of them need no database that stays, and only one process could have that of the cache folder; nor a second process.
      const needless = { DATABASE_URL: `memory:${dump}`, PROFILE_PORT: 'off' };
      const base = { PATH, HOME, TMPDIR, PORT: '0', XDG_CACHE_HOME: cache, ...needless };
      const redis = { ...(REDIS_VIA && { REDIS_VIA }), ...(DOCKER_HOST && { DOCKER_HOST }) };
      const app = new AppProcess({ ...base, ...redis, ...env }, args);
      running.push(app);
      return app;
    },
  };
}

/** Asks until it is served: on a busy machine a failover may take longer than a request waits, and is then answered 503. */
export async function served(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return answer;
  }
}

/**
 * Finds a node that is a primary now, which a busy machine may have changed, and resolves once its replicas have what was written there
 * until now: what they lack is lost with it.
 */
export async function copiedPrimary<T extends { url: string }>(
  nodes: readonly T[],
  replicas: number,
): Promise<T> {
  for (const node of nodes) {
    const client = new Redis(node.url);
    try {
      const role = await client.role().catch(() => []);
      if (role[0] !== 'master') continue;
      // WAIT waits for what this connection has written; on a Cluster not every key is of this node.
      for (
        let name = 0;
        (await client.set(`copied-${name}`, '', 'PX', 1).catch(() => '')) !== 'OK';
        name += 1
      );
      while ((await client.wait(replicas, 1_000)) < replicas);
      return node;
    } finally {
      client.disconnect();
    }
  }
  throw new Error('None of these nodes is a primary.');
}

/** A process of Redis that an application says it has started. */
export interface RedisNode {
  name: string;
  url: string;
  role: string;
  pid: number;
}

/**
 * Waits until the sample with several Redis serves.
 *
 * @param node the line that names one of them: its name, address, role and process
 */
export async function topologyOf(
  app: AppProcess,
  node: RegExp,
): Promise<{ origin: string; service: string; nodes: RedisNode[] }> {
  const origin = await app.ready();
  await app.says(/^Failover: /m);
  const [, service = ''] = await app.says(/^Profile service: (http:\/\/localhost:\d+)$/m);
  const nodes = [...app.stdout.matchAll(node)].map(([, name = '', address, role = '', pid]) => ({
    name,
    url: `redis://${address}`,
    role,
    pid: Number(pid),
  }));
  return { origin, service, nodes };
}

/** Resolves once the application has told that a primary was lost, that another node took over, and that the lost one runs again. */
export async function saysTakeover(app: AppProcess, name: string): Promise<void> {
  await app.says(
    new RegExp(`^Redis: ${name} on 127\\.0\\.0\\.1:\\d+ ended by itself \\(signal SIGKILL\\)`, 'm'),
  );
  await app.says(new RegExp(`^Redis: node-\\d has taken over from ${name}, [\\d.]+ s later$`, 'm'));
  // A busy machine may have had one more failover meanwhile.
  await app.says(
    new RegExp(
      `^Redis: ${name} runs again, (replica|primary), process \\d+\\. Failover: kill -9 \\d+ ends node-`,
      'm',
    ),
  );
}

/** Whether anything listens there. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
