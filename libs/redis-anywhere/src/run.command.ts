import { execFile } from 'node:child_process';

export interface CommandResult {
  /** Exit status; `null` when the command could not be started or was killed. */
  status: number | null;
  stdout: string;
  /** For a command that could not be started, the reason. */
  stderr: string;
}

interface CommandOptions {
  env: Readonly<Record<string, string | undefined>>;
  cwd?: string;
  /** After this it is killed, ms. */
  timeout: number;
}

/** Runs a command to its end and gives back what it printed. Never throws: a missing command has status `null`. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const settings = {
      ...options,
      env: { ...options.env },
      maxBuffer: 64 * 1024 * 1024,
      killSignal: 'SIGKILL',
    } as const;
    execFile(command, args, settings, (error, stdout, stderr) => {
      if (!error) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
      else if (error.killed) resolve({ status: null, stdout, stderr: `no end after ${options.timeout} ms` });
      else resolve({ status: null, stdout, stderr: error.message });
    });
  });
}
