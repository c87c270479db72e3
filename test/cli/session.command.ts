import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';

const BIN = fileURLToPath(new URL('../../libs/session/bin/nestjs-redis-session.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../../libs/session/dist/cli/index.js', import.meta.url));

/** Of this process's environment, what the command gets too: the second one names the authority of `npm run test:secure`. */
const KEPT = Object.fromEntries(
  ['PATH', 'NODE_EXTRA_CA_CERTS'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

/** How a command ended. */
export interface Ending {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The command as users run it, a process of its own. */
export class CommandProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';
  private readonly waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Record<string, string>) {
    this.child = spawn(process.execPath, [BIN, ...args], {
      env: { ...KEPT, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.look();
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.look();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** Resolves once the command has printed this. */
  async printed(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout + this.stderr))
      await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private look(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** Runs the command; processes that still run at the end of a file are killed. */
export function useCommand() {
  if (!existsSync(BUILT)) throw new Error('libs/session/dist is missing. Build it first: npm run build:libs');
  const running: CommandProcess[] = [];
  afterAll(() => {
    for (const { child } of running) child.kill('SIGKILL');
  });
  const start = (args: readonly string[], env: Record<string, string> = {}): CommandProcess => {
    const command = new CommandProcess(args, env);
    running.push(command);
    return command;
  };
  return { start, run: (args: readonly string[], env?: Record<string, string>) => start(args, env).ended };
}
