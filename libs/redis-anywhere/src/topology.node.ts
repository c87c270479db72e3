import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalBinary } from './local.binary.js';
import type { ProcessKeeper } from './process.keeper.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { exchange } from './resp.exchange.js';
import { redisUrl } from './server.arguments.js';
import { HOST, ServerProcess } from './server.process.js';
import type { RedisNode, StartTopologyOptions } from './start-topology.options.js';

/** How long a node may take to answer one question, ms. */
const PATIENCE = 5_000;

/** Where a node is: what it tells others, where it listens itself, and from where it connects. */
export interface NodePlace {
  readonly name: string;
  /** What nodes and clients are told. */
  readonly port: number;
  /** Where it listens: the same, unless a relay stands before it. */
  readonly ownPort: number;
  /** Where its bus listens and what others are told of it; Clusters only. */
  readonly busPort: number;
  readonly ownBusPort: number;
  /** The source address of its connections, by which the relay knows it; without one, `undefined`. */
  readonly source: string | undefined;
}

export interface NodeStart {
  keeper: ProcessKeeper;
  local: LocalBinary;
  settings: Required<Pick<StartTopologyOptions, 'startTimeout'>> & StartTopologyOptions;
}

/** One process of a topology, with a folder of its own. */
export class TopologyNode implements RedisNode {
  readonly host = HOST;
  isPaused = false;
  #process: ServerProcess | undefined;
  // Private for the language too: whoever prints a node must not see passwords or the environment.
  readonly #start: NodeStart;
  readonly #password: string | undefined;

  constructor(
    readonly place: NodePlace,
    start: NodeStart,
    password: string | undefined,
  ) {
    this.#start = start;
    this.#password = password;
  }

  get name(): string {
    return this.place.name;
  }
  get port(): number {
    return this.place.port;
  }
  get url(): string {
    return redisUrl(HOST, this.port, this.#password);
  }
  get pid(): number | undefined {
    return this.#process?.pid;
  }
  /** Its folder, made by `launch`. */
  get folder(): string {
    return join(this.#start.keeper.folder, this.name);
  }
  /** Whether it can be expected to answer. */
  get answers(): boolean {
    return this.pid !== undefined && !this.isPaused;
  }

  /** Starts it with these arguments, and again with the same ones after `kill` or `restart`. Throws `START_FAILED`. */
  async launch(argumentsIn: (folder: string) => Promise<string[]>): Promise<void> {
    const { keeper, local, settings } = this.#start;
    await mkdir(this.folder, { recursive: true });
    this.#process = new ServerProcess({
      binary: local.binary,
      keeper,
      name: this.name,
      title: this.name,
      args: await argumentsIn(this.folder),
      port: this.place.ownPort,
      password: this.#password,
      startTimeout: settings.startTimeout,
      onUnexpectedExit: settings.onUnexpectedExit,
    });
    await this.#launch();
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
    this.isPaused = false;
  }

  async pause(): Promise<void> {
    await this.#process?.pause();
    this.isPaused = true;
  }

  async resume(): Promise<void> {
    await this.#process?.resume();
    this.isPaused = false;
  }

  async restart(): Promise<void> {
    await this.#process?.shutDown();
    this.isPaused = false;
    await this.#launch();
  }

  /** Asks the node itself, whatever is cut, and resolves with the reply. Throws if it refuses. */
  async ask(...command: string[]): Promise<string> {
    const login = this.#password === undefined ? [] : [['AUTH', this.#password]];
    const replies = await exchange({ host: HOST, port: this.place.ownPort }, [...login, command], PATIENCE);
    const reply = replies.at(-1) ?? '';
    if (reply.startsWith('-')) throw new Error(`${this.name} answered ${reply.slice(1)}`);
    return reply;
  }

  async #launch(): Promise<void> {
    if ((await this.#process?.launch()) !== 'port-taken') return;
    const message = `Port ${this.place.ownPort} on ${HOST} is taken, so ${this.name} cannot start.`;
    throw new RedisAnywhereError('START_FAILED', message, { cause: PORT_TAKEN });
  }
}

/** The cause of the error when a port was taken. */
export const PORT_TAKEN = 'port-taken';
