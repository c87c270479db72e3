import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { EngineRequest, KeeperMessage, Route } from './keeper.messages.js';

/** Beside both src/ and dist/, so that it is found from either. Plain JavaScript, because Node runs it as it is. */
const SCRIPT = fileURLToPath(new URL('../bin/keeper.js', import.meta.url));

export interface ProcessToRun {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  /** File to which its output is appended. A file and no pipe: a busy reader must never hold the server up. */
  log: string;
}

export interface KeptProcess {
  readonly pid: number;
  /** How it ended, as a phrase (`exit code 1`, `signal SIGKILL`), or `undefined` while it runs. */
  readonly ended: string | undefined;
  /** Resolves with the same phrase once it has ended. Never rejects. */
  readonly whenEnded: Promise<string>;
  /** Resolves when the signal was delivered; false if the process is gone. */
  signal(signal: NodeJS.Signals): Promise<boolean>;
}

/**
 * Runs processes that must not outlive this one. A child process (bin/keeper.js) spawns them; when the channel to it closes,
 * which the system does however this process ends, it ends them and removes the temporary folder. If on the contrary
 * the keeper is killed, this side kills the processes. Only both killed by SIGKILL at the same moment leaves them behind.
 *
 * Nothing here keeps the program running: one that forgets to stop simply ends, and the keeper cleans up.
 */
export class ProcessKeeper {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(message: KeeperMessage) => void>();
  readonly #gone: Promise<void>;
  readonly #running = new Map<string, number>();
  #pending = 0;
  #answers = 0;
  #folder = '';

  /** Starts a keeper with an empty temporary folder. Throws if that cannot be made. */
  static async start(): Promise<ProcessKeeper> {
    const keeper = new ProcessKeeper();
    const message = await keeper.#expect((m) =>
      m.event === 'ready' || m.event === 'broken' ? m : undefined,
    );
    if (message.event === 'broken') throw new Error(message.message);
    keeper.#folder = message.folder;
    return keeper;
  }

  private constructor() {
    // NODE_OPTIONS may hold loaders or an inspector port, meant for the program and not for the keeper.
    const env = { ...process.env, NODE_OPTIONS: '' };
    this.#child = spawn(process.execPath, [SCRIPT, tmpdir()], {
      detached: true,
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    });
    this.#child.on('message', (message: KeeperMessage) => {
      for (const listener of this.#listeners) listener(message);
    });
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', () => resolve());
      this.#child.once('exit', () => resolve());
    });
    void this.#gone.then(() => this.#cleanUpAfterKeeper());
    this.#child.unref();
    this.#child.channel?.unref();
  }

  /** The temporary folder; gone after `end()`. */
  get folder(): string {
    return this.#folder;
  }

  /** Process id of the keeper: alive as long as anything it keeps. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Spawns a process. Throws if the command cannot be run. */
  async run(name: string, { command, args, env, log }: ProcessToRun): Promise<KeptProcess> {
    let settle: (phrase: string) => void;
    const whenEnded = new Promise<string>((resolve) => (settle = resolve));
    let ended: string | undefined;
    const end = (phrase: string) => {
      this.#listeners.delete(onExit);
      this.#running.delete(name);
      ended ??= phrase;
      settle(ended);
    };
    const onExit = (message: KeeperMessage) => {
      if (message.event !== 'exited' || message.name !== name) return;
      end(message.signal ? `signal ${message.signal}` : `exit code ${message.code}`);
    };
    this.#listeners.add(onExit);
    this.#send({
      do: 'start',
      name,
      command,
      args,
      env: { ...env, NODE_OPTIONS: undefined },
      cwd: this.#folder,
      log,
    });
    const outcome = await this.#expect((m) =>
      (m.event === 'started' || m.event === 'failed') && m.name === name ? m : undefined,
    );
    if (outcome.event === 'failed') {
      this.#listeners.delete(onExit);
      throw new Error(`${command} cannot be run: ${outcome.message}`);
    }
    if (ended === undefined) this.#running.set(name, outcome.pid);
    void this.#gone.then(() => end('the end of its keeper process'));
    return {
      pid: outcome.pid,
      get ended() {
        return ended;
      },
      whenEnded,
      signal: (signal) => this.#signal(name, signal),
    };
  }

  /** Has a file outside the temporary folder removed at the end. */
  removeAtEnd(path: string): void {
    this.#send({ do: 'removeAtEnd', path });
  }

  /** Opens a port that leads to a node. Throws if the port is taken. */
  async openRoute(route: Route): Promise<void> {
    await this.#ask({ do: 'route', route });
  }

  /** From now on these pairs of nodes cannot reach each other; `client` stands for everybody who is no node. */
  async cut(pairs: readonly (readonly [string, string])[]): Promise<void> {
    await this.#ask({ do: 'cut', pairs });
  }

  /** Has a container removed should this process die. Say it before the container is made; the last one said counts. */
  guardContainer(request: EngineRequest): void {
    this.#send({ do: 'guard', request });
  }

  /** Resolves with a phrase when the guarded container, which runs now, has ended. Does not keep the program running. */
  whenContainerEnds(): Promise<string> {
    const answer = ++this.#answers;
    this.#send({ do: 'watch', answer });
    return new Promise((resolve) => {
      const listener = (message: KeeperMessage) => {
        if (message.event !== 'container-ended' || message.answer !== answer) return;
        this.#listeners.delete(listener);
        resolve(message.how);
      };
      this.#listeners.add(listener);
    });
  }

  /** Ends what still runs (SIGTERM, after 2 s SIGKILL), removes the temporary folder and resolves when all is gone. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#send({ do: 'end' });
    await this.holding(this.#gone);
  }

  /** Does nothing when the keeper ended in order. When it was killed, its work is done from here. */
  #cleanUpAfterKeeper(): void {
    for (const pid of this.#running.values()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  async #signal(name: string, signal: NodeJS.Signals): Promise<boolean> {
    if (!this.#child.connected) return false;
    const answer = ++this.#answers;
    this.#send({ do: 'signal', name, signal, answer });
    return this.#expect((m) => (m.event === 'signalled' && m.answer === answer ? m : undefined)).then(
      (m) => m.delivered,
    );
  }

  async #ask(message: object): Promise<void> {
    const answer = ++this.#answers;
    this.#send({ ...message, answer });
    const { failure } = await this.#expect((m) =>
      m.event === 'done' && m.answer === answer ? m : undefined,
    );
    if (failure !== undefined) throw new Error(failure);
  }

  #send(message: object): void {
    // An error here means that the keeper is gone, which `#gone` tells everyone who waits.
    this.#child.send(message, () => {});
  }

  #expect<T>(pick: (message: KeeperMessage) => T | undefined): Promise<T> {
    const expected = new Promise<T>((resolve, reject) => {
      const listener = (message: KeeperMessage) => {
        const picked = pick(message);
        if (picked === undefined) return;
        this.#listeners.delete(listener);
        resolve(picked);
      };
      this.#listeners.add(listener);
      void this.#gone.then(() => reject(new Error('the keeper process has ended')));
    });
    return this.holding(expected);
  }

  /** Resolves with `promise`, and keeps the program running until then. */
  async holding<T>(promise: Promise<T>): Promise<T> {
    if (this.#pending++ === 0) {
      this.#child.ref();
      this.#child.channel?.ref();
    }
    try {
      return await promise;
    } finally {
      if (--this.#pending === 0) {
        this.#child.unref();
        this.#child.channel?.unref();
      }
    }
  }
}
