import { dataFolder } from './data.folder.js';
import { freeLoopbackPort } from './loopback.port.js';
import { ProcessKeeper } from './process.keeper.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { passwordOf, redisUrl, serverArguments } from './server.arguments.js';
import type { ServerBinary } from './server.binary.js';
import { HOST, ServerProcess } from './server.process.js';
import type { RedisServer, RedisWay, StartSettings } from './start-redis.options.js';

/** How often a free port may be snatched away before it is bound. */
const PORT_ATTEMPTS = 10;

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
  #process: ServerProcess | undefined;
  #port = 0;
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
    await this.#process?.kill();
  }

  async pause(): Promise<void> {
    await this.#process?.pause();
  }

  async resume(): Promise<void> {
    await this.#process?.resume();
  }

  async restart(): Promise<void> {
    if (this.#stopping)
      throw new RedisAnywhereError('NOT_RUNNING', 'This Redis was stopped for good: start another one.');
    await this.#process?.shutDown();
    if ((await this.#process?.launch()) === 'port-taken') {
      throw new RedisAnywhereError('START_FAILED', `Port ${this.#port} was taken while Redis was down.`);
    }
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    await this.#process?.shutDown();
    await this.keeper.end();
  }

  async #startOnFreePort(): Promise<void> {
    const wanted = this.options.settings.port;
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      this.#port = wanted ?? (await freeLoopbackPort());
      this.#process = this.#processOn(this.#port);
      if ((await this.#process.launch()) === 'up') return;
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

  #processOn(port: number): ServerProcess {
    const { binary, settings } = this.options;
    const address = ['--port', String(port), '--bind', HOST, '--dir', this.folder, '--daemonize', 'no'];
    return new ServerProcess({
      binary,
      keeper: this.keeper,
      name: 'redis',
      title: 'Redis',
      args: [...address, ...serverArguments(settings)],
      port,
      password: passwordOf(settings),
      startTimeout: settings.startTimeout,
      onUnexpectedExit: settings.onUnexpectedExit,
    });
  }
}
