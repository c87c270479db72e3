import { type ChildProcess, fork } from 'node:child_process';
import type { ServiceReport } from './service.parent.js';
import { StartupError } from './startup.error.js';

/** After a service has ended by itself, ms; each time it ends before it was ready twice as long, up to the last. */
const RESTART_AFTER = 1_000;
const RESTART_AFTER_MOST = 30_000;
/** How long a service may take to end when it is asked to, ms. */
const GRACE = 1_000;

export interface ServiceOptions {
  /** How to call it. */
  name: string;
  /** The file that Node runs. */
  path: URL;
  /** Its environment besides that of this process. Secrets belong here: everybody on the machine can see arguments. */
  environment: NodeJS.ProcessEnv;
  /** Where it listens. A `chosen` port that is taken is an error; otherwise another one is taken. */
  port: { variable: string; number: number; isChosen: boolean };
  /** Told one line at a time. */
  say: (line: string) => void;
}

/** A service in a process of its own, beside the application: starts it, starts it again when it ends, and ends it. */
export class ServiceProcess {
  private child: ChildProcess | undefined;
  private port: number;
  private address: string | undefined;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(private readonly options: ServiceOptions) {
    this.port = options.port.number;
  }

  /** Where it is; `undefined` while it is not. */
  get url(): string | undefined {
    return this.address;
  }

  /**
   * Starts it. Resolves once it serves, or once it is said that it does not yet.
   *
   * @throws StartupError if it says why it cannot start
   */
  async start(): Promise<void> {
    if (this.isStopping) return;
    const { name, port, say } = this.options;
    const report = await this.launch();
    if (report?.type === 'ready') {
      this.failures = 0;
      this.port = report.port;
      this.address = `http://localhost:${report.port}`;
      say(`${name}: ${this.address}`);
    } else if (report?.isPortTaken === true && !port.isChosen && this.port !== 0) {
      say(
        `${name}: port ${this.port} is taken by another program, so it takes a free one; ${port.variable} chooses one.`,
      );
      this.port = 0;
      await this.start();
    } else if (report !== undefined) {
      throw new StartupError(report.reason);
    }
  }

  /** Ends it, and waits until it has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const hasEnded = new Promise((resolve) => child.once('exit', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE);
    if (child.connected) child.disconnect();
    await hasEnded;
    clearTimeout(timer);
  }

  /** Resolves with the first thing that it reports; `undefined` if it ends without a word, and then it is started again. */
  private launch(): Promise<ServiceReport | undefined> {
    const { path, environment, port } = this.options;
    const env = { ...process.env, ...environment, [port.variable]: String(this.port) };
    const child = fork(path, [], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child = child;
    return new Promise((resolve) => {
      let first: ServiceReport | undefined;
      child.once('message', (report) => {
        first = report as ServiceReport;
        resolve(first);
      });
      const ended = (reason: string): void => {
        this.address = undefined;
        if (first?.type !== 'failed' && !this.isStopping) this.startAgain(reason);
        resolve(undefined);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  private startAgain(reason: string): void {
    const { name, say } = this.options;
    const after = Math.min(RESTART_AFTER * 2 ** this.failures++, RESTART_AFTER_MOST);
    say(
      `${name}: it has ended (${reason}). It is started again in ${after / 1000} s; the application goes on without it.`,
    );
    this.timer = setTimeout(() => {
      this.start().catch((error: unknown) => {
        if (!this.isStopping) this.startAgain(error instanceof Error ? error.message : String(error));
      });
    }, after);
  }
}
