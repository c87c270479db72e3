import { randomBytes } from 'node:crypto';
import { dataFolder } from './data.folder.js';
import {
  type Container,
  type ContainerSpecification,
  type DockerEngine,
  lastWords,
} from './docker.engine.js';
import { freeLoopbackPort } from './loopback.port.js';
import { ProcessKeeper } from './process.keeper.js';
import { waitUntilReady } from './ready.wait.js';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { versionIn } from './resp.probe.js';
import { passwordOf, redisUrl, serverArguments } from './server.arguments.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

const REDIS_PORT = '6379/tcp';
const PORT_ATTEMPTS = 10;
/** How long a server may take to shut down before it is killed, seconds, as the engine wants it. */
const SHUTDOWN_GRACE = 5;

/**
 * A Redis in a container. A {@link ProcessKeeper} removes the container when this process dies; testcontainers' own reaper
 * (Ryuk) is not used, since it takes a second image and ten seconds, and may be disabled.
 */
export class DockerServer implements RedisServer {
  readonly via = 'docker';
  #container: Container | undefined;
  #port = 0;
  #version = 'Redis';
  #starts = 0;
  #expectedEnd = false;
  #stopping: Promise<void> | undefined;

  /** Starts it and waits until it answers. Leaves nothing behind when it throws. */
  static async start(engine: DockerEngine, settings: StartSettings): Promise<DockerServer> {
    const keeper = await ProcessKeeper.start();
    const server = new DockerServer(engine, protect(engine, settings), keeper);
    try {
      const folder = settings.dir === undefined ? undefined : await dataFolder(settings.dir, keeper);
      await server.#startOnFreePort(folder);
      return server;
    } catch (error) {
      await server.stop().catch(() => {});
      throw error;
    }
  }

  private constructor(
    private readonly engine: DockerEngine,
    private readonly settings: StartSettings,
    private readonly keeper: ProcessKeeper,
  ) {}

  get url(): string {
    return redisUrl(this.engine.host, this.#port, passwordOf(this.settings));
  }

  get description(): string {
    const { engine, settings } = this;
    return `${this.#version}, image ${settings.image} in ${engine.version}, on ${engine.host}:${this.#port}`;
  }

  async kill(): Promise<void> {
    this.#expectedEnd = true;
    const container = this.#alive();
    await container.kill().catch(async (error: unknown) => {
      if (!(await this.#isRunning())) return;
      // Older engines do not kill what is paused.
      await container.unpause().catch(() => {});
      await container.kill().catch(() => Promise.reject(error));
    });
    await container.wait();
  }

  async pause(): Promise<void> {
    await this.#whileRunning(async (container) => {
      if (!(await container.inspect()).State.Paused) await container.pause();
    });
  }

  async resume(): Promise<void> {
    await this.#whileRunning(async (container) => {
      if ((await container.inspect()).State.Paused) await container.unpause();
    });
  }

  async restart(): Promise<void> {
    const container = this.#alive();
    this.#expectedEnd = true;
    await this.#shutDown();
    await container.start().catch((error: unknown) => {
      throw new RedisAnywhereError(
        'START_FAILED',
        `The container cannot be started again: ${reasonOf(error)}`,
        { cause: error },
      );
    });
    await this.#untilReady(container);
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  async #stop(): Promise<void> {
    this.#expectedEnd = true;
    try {
      await this.#shutDown();
      await this.#container?.remove({ force: true, v: true });
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode !== 404) throw error;
    } finally {
      await this.keeper.end();
    }
  }

  async #startOnFreePort(folder: string | undefined): Promise<void> {
    const wanted = this.settings.port;
    for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      this.#port = wanted ?? (await freeLoopbackPort());
      if (await this.#create(folder)) return;
      if (wanted !== undefined) {
        throw new RedisAnywhereError('START_FAILED', `Port ${wanted} is taken: choose another one, or none.`);
      }
    }
    throw new RedisAnywhereError(
      'START_FAILED',
      `${PORT_ATTEMPTS} free ports in a row were taken before Docker got them.`,
    );
  }

  /** False if the port was taken. */
  async #create(folder: string | undefined): Promise<boolean> {
    const name = `redis-anywhere-${randomBytes(8).toString('hex')}`;
    this.keeper.guardContainer(this.engine.requestFor(name));
    try {
      this.#container = await this.engine.create(this.#specification(name, folder));
      await this.#container.start();
    } catch (error) {
      await this.#container?.remove({ force: true, v: true });
      this.#container = undefined;
      if (/port is already allocated|address already in use/i.test(reasonOf(error))) return false;
      throw new WayUnavailable(`${this.engine.version} cannot run the container: ${reasonOf(error)}`);
    }
    await this.#untilReady(this.#container);
    return true;
  }

  #specification(name: string, folder: string | undefined): ContainerSpecification {
    const { settings } = this;
    // Whoever owns the folder has to be able to read what the server writes there.
    const owner = folder && process.getuid ? `${process.getuid()}:${process.getgid?.()}` : undefined;
    return {
      name,
      Image: settings.image,
      // The image's entry point puts the name of the server before arguments that begin with a dash.
      Cmd: ['--protected-mode', 'no', '--dir', '/data', ...serverArguments(settings)],
      User: owner,
      ExposedPorts: { [REDIS_PORT]: {} },
      Labels: { 'redis-anywhere': 'true' },
      HostConfig: {
        PortBindings: {
          [REDIS_PORT]: [{ HostIp: isLocal(this.engine) ? '127.0.0.1' : '', HostPort: String(this.#port) }],
        },
        Binds: folder === undefined ? [] : [`${folder}:/data`],
      },
    };
  }

  async #untilReady(container: Container): Promise<void> {
    const start = ++this.#starts;
    this.#expectedEnd = false;
    const answer = await waitUntilReady({
      target: { host: this.engine.host, port: this.#port, password: passwordOf(this.settings) },
      timeout: this.settings.startTimeout,
      ended: async () => ((await this.#isRunning()) ? undefined : 'ended'),
      isOurs: () => true,
    });
    if (!answer) {
      const { State: state } = await container.inspect();
      const tail = await lastWords(container);
      const how = `exit code ${state.ExitCode}`;
      throw new RedisAnywhereError(
        'START_FAILED',
        `Redis in the container ended at once (${how}). It said:\n${tail}`,
      );
    }
    this.#version = versionIn(answer.info) ?? this.#version;
    void this.keeper.whenContainerEnds().then((how) => {
      if (this.#expectedEnd || start !== this.#starts) return;
      this.settings.onUnexpectedExit?.(
        `Redis on ${this.engine.host}:${this.#port} ended by itself (${how}).`,
      );
    });
  }

  async #shutDown(): Promise<void> {
    if (!this.#container || !(await this.#isRunning())) return;
    await this.resume();
    await this.#container.stop({ t: SHUTDOWN_GRACE });
  }

  async #isRunning(): Promise<boolean> {
    return (await this.#container?.inspect())?.State.Running ?? false;
  }

  #alive(): Container {
    if (this.#container && !this.#stopping) return this.#container;
    throw new RedisAnywhereError('NOT_RUNNING', 'This Redis was stopped for good: start another one.');
  }

  async #whileRunning(act: (container: Container) => Promise<void>): Promise<void> {
    if (!this.#container || !(await this.#isRunning())) {
      const address = `${this.engine.host}:${this.#port}`;
      throw new RedisAnywhereError(
        'NOT_RUNNING',
        `Redis on ${address} is not running: call restart() first.`,
      );
    }
    await act(this.#container);
  }
}

function isLocal({ host }: DockerEngine): boolean {
  return host === '127.0.0.1';
}

/** On an engine elsewhere the port is open to that machine's network, so there it never goes without a password. */
function protect(engine: DockerEngine, settings: StartSettings): StartSettings {
  if (isLocal(engine) || passwordOf(settings) !== undefined) return settings;
  return { ...settings, password: randomBytes(18).toString('base64url') };
}
