import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from './data.folder.js';
import { freeLoopbackPort } from './loopback.port.js';
import { type KeptProcess, ProcessKeeper } from './process.keeper.js';
import { waitUntilReady } from './ready.wait.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { passwordOf, redisUrl, serverArguments } from './server.arguments.js';
import type { ServerBinary } from './server.binary.js';
import type { RedisServer, RedisWay, StartSettings } from './start-redis.options.js';

const HOST = '127.0.0.1';
/** How often a free port may be snatched away before it is bound. */
const PORT_ATTEMPTS = 10;
/** How long a server may take to shut down before it is killed, ms. */
const SHUTDOWN_GRACE = 5_000;

interface LocalServerOptions {
  binary: ServerBinary;
  via: RedisWay;
  /** Where the binary comes from, for the description: `/usr/bin/redis-server (found on PATH)`. */
  origin: string;
  settings: StartSettings;
}

/** A redis-server process on this machine, kept by a {@link ProcessKeeper}. */
export class LocalServer implements RedisServer {
  readonly via: RedisWay;
  #process: KeptProcess | undefined;
  #port = 0;
  #expectedEnd = false;
  #stopping: Promise<void> | undefined;

  /** Starts it and waits until it answers. Leaves nothing behind when it throws (`START_FAILED`, `DIR_IN_USE`, `BAD_OPTION`). */
  static async start(options: LocalServerOptions): Promise<LocalServer> {
    const keeper = await ProcessKeeper.start();
    try {
      const server = new LocalServer(options, keeper, await dataFolder(options.settings.dir, keeper));
      await server.#startOnFreePort();
      return server;
    } catch (error) {
      await keeper.end();
      throw error;
    }
  }

  private constructor(
    private readonly options: LocalServerOptions,
    private readonly keeper: ProcessKeeper,
    private readonly folder: string,
  ) {
    this.via = options.via;
  }

  get url(): string {
    return redisUrl(HOST, this.#port, passwordOf(this.options.settings));
  }

  get description(): string {
    return `${this.options.binary.version}, ${this.options.origin}, on ${HOST}:${this.#port}`;
  }

  async kill(): Promise<void> {
    this.#expectedEnd = true;
    await this.#signalToEnd('SIGKILL');
  }

  async pause(): Promise<void> {
    await this.#signalAlive('SIGSTOP');
  }

  async resume(): Promise<void> {
    await this.#signalAlive('SIGCONT');
  }

  async restart(): Promise<void> {
    if (this.#stopping)
      throw new RedisAnywhereError('NOT_RUNNING', 'This Redis was stopped for good: start another one.');
    this.#expectedEnd = true;
    await this.#shutDown();
    if ((await this.#launch()) === 'port-taken') {
      throw new RedisAnywhereError('START_FAILED', `Port ${this.#port} was taken while Redis was down.`);
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#expectedEnd = true;
    await this.#shutDown();
    await this.keeper.end();
  }

  async #startOnFreePort(): Promise<void> {
    const wanted = this.options.settings.port;
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      this.#port = wanted ?? (await freeLoopbackPort());
      if ((await this.#launch()) === 'up') return;
      if (wanted !== undefined) {
        throw new RedisAnywhereError(
          'START_FAILED',
          `Port ${wanted} on ${HOST} is taken: choose another one, or none.`,
        );
      }
    }
    throw new RedisAnywhereError(
      'START_FAILED',
      `${PORT_ATTEMPTS} free ports in a row were taken before Redis got them.`,
    );
  }

  async #launch(): Promise<'up' | 'port-taken'> {
    const { binary, settings } = this.options;
    const log = join(this.keeper.folder, `redis-${Date.now()}.log`);
    const address = ['--port', String(this.#port), '--bind', HOST, '--dir', this.folder, '--daemonize', 'no'];
    const args = [...address, ...serverArguments(settings)];
    const process = await this.keeper.run('redis', { command: binary.command, args, env: binary.env, log });
    this.#process = process;
    this.#expectedEnd = false;
    const answer = await this.keeper.holding(
      waitUntilReady({
        target: { host: HOST, port: this.#port, password: passwordOf(settings) },
        timeout: settings.startTimeout,
        ended: async () => process.ended,
        isOurs: ({ info }) => (info.get('process_id') ?? String(process.pid)) === String(process.pid),
      }),
    );
    if (answer) {
      void process.whenEnded.then((how) => this.#reportEnd(process, how));
      return 'up';
    }
    const lastWords = (await readFile(log, 'utf8').catch(() => '')).trim();
    if (/Address already in use/i.test(lastWords)) return 'port-taken';
    const tail = lastWords.split('\n').slice(-12).join('\n');
    throw new RedisAnywhereError(
      'START_FAILED',
      `${binary.command} ended at once (${process.ended}). It said:\n${tail}`,
    );
  }

  #reportEnd(process: KeptProcess, how: string): void {
    if (this.#expectedEnd || process !== this.#process) return;
    this.options.settings.onUnexpectedExit?.(`Redis on ${HOST}:${this.#port} ended by itself (${how}).`);
  }

  async #shutDown(): Promise<void> {
    const process = this.#process;
    if (!process || process.ended !== undefined) return;
    // To one that is paused, SIGTERM is delivered by the SIGCONT after it.
    const asked = this.#signalToEnd('SIGTERM');
    await process.signal('SIGCONT');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(
      (resolve) => (timer = setTimeout(() => resolve('late'), SHUTDOWN_GRACE)),
    );
    const outcome = await Promise.race([asked, late]);
    clearTimeout(timer);
    if (outcome === 'late') await this.#signalToEnd('SIGKILL');
  }

  async #signalToEnd(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    if (!process || process.ended !== undefined) return;
    await process.signal(signal);
    await this.keeper.holding(process.whenEnded);
  }

  async #signalAlive(signal: NodeJS.Signals): Promise<void> {
    const delivered = this.#process?.ended === undefined && (await this.#process?.signal(signal));
    if (!delivered) {
      throw new RedisAnywhereError(
        'NOT_RUNNING',
        `Redis on ${HOST}:${this.#port} is not running: call restart() first.`,
      );
    }
  }
}
