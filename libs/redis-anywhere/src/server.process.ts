import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptProcess, ProcessKeeper } from './process.keeper.js';
import { waitUntilReady } from './ready.wait.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import type { ServerBinary } from './server.binary.js';

/** Where every server listens: nobody outside this machine reaches it. */
export const HOST = '127.0.0.1';
/** How long a server may take to shut down before it is killed, ms. */
const SHUTDOWN_GRACE = 5_000;

interface ServerProcessOptions {
  binary: ServerBinary;
  keeper: ProcessKeeper;
  /** Its name with the keeper, which may keep several. */
  name: string;
  /** For people: `Redis`, `replica-1`. */
  title: string;
  args: readonly string[];
  /** Port that `args` or a file among them name. */
  port: number;
  password?: string;
  /** How long it may take to answer, ms. */
  startTimeout: number;
  /** Called with a sentence when it ends although nobody asked for it. */
  onUnexpectedExit?: (reason: string) => void;
}

/** A redis-server process that can be started, killed, frozen and started again with the same arguments. */
export class ServerProcess {
  #process: KeptProcess | undefined;
  #expectedEnd = false;

  constructor(private readonly options: ServerProcessOptions) {}

  /** Process id, or `undefined` while it does not run. */
  get pid(): number | undefined {
    return this.#process?.ended === undefined ? this.#process?.pid : undefined;
  }

  /** Starts it and waits until it answers. Throws `START_FAILED` with its last words if it ends at once. */
  async launch(): Promise<'up' | 'port-taken'> {
    const { binary, keeper, name, args, port, password, startTimeout } = this.options;
    const log = join(keeper.folder, `${name}-${Date.now()}.log`);
    const process = await keeper.run(name, { command: binary.command, args, env: binary.env, log });
    this.#process = process;
    this.#expectedEnd = false;
    const answer = await keeper.holding(
      waitUntilReady({
        target: { host: HOST, port, password },
        timeout: startTimeout,
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

  /** Ends it at once. Does nothing if it is dead. */
  async kill(): Promise<void> {
    this.#expectedEnd = true;
    await this.#signalToEnd('SIGKILL');
  }

  /** Has it shut down in order; after 5 s it is killed. */
  async shutDown(): Promise<void> {
    this.#expectedEnd = true;
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

  /** Freezes it. Throws `NOT_RUNNING`. */
  async pause(): Promise<void> {
    await this.#signalAlive('SIGSTOP');
  }

  /** Ends a pause. Throws `NOT_RUNNING`. */
  async resume(): Promise<void> {
    await this.#signalAlive('SIGCONT');
  }

  #reportEnd(process: KeptProcess, how: string): void {
    if (this.#expectedEnd || process !== this.#process) return;
    const { title, port, onUnexpectedExit } = this.options;
    onUnexpectedExit?.(`${title} on ${HOST}:${port} ended by itself (${how}).`);
  }

  async #signalToEnd(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    if (!process || process.ended !== undefined) return;
    await process.signal(signal);
    await this.options.keeper.holding(process.whenEnded);
  }

  async #signalAlive(signal: NodeJS.Signals): Promise<void> {
    const delivered = this.#process?.ended === undefined && (await this.#process?.signal(signal));
    if (!delivered) {
      const { title, port } = this.options;
      throw new RedisAnywhereError(
        'NOT_RUNNING',
        `${title} on ${HOST}:${port} is not running: call restart() first.`,
      );
    }
  }
}
