import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runCommand } from './run.command.js';

/** Names under which distributions install the server. */
const NAMES = ['redis-server', 'valkey-server'];

/** A redis-server that was run once to see that it can be. */
export interface ServerBinary {
  command: string;
  /** Environment it has to be started with. */
  env: Readonly<Record<string, string | undefined>>;
  /** For people: `Redis 7.0.15`. */
  version: string;
}

/** The first server on PATH that runs, or the reason why there is none. */
export async function findServerOnPath(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServerBinary | { missing: string }> {
  const broken: string[] = [];
  for (const name of NAMES) {
    for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
      const command = join(folder, name);
      if (!(await isExecutable(command))) continue;
      const tried = await tryServer(command, env);
      if (!('missing' in tried)) return tried;
      broken.push(tried.missing);
    }
  }
  return { missing: broken.join('; ') || `neither ${NAMES.join(' nor ')} is on PATH` };
}

/** Runs `command --version`. Says what it is, or why it does not run (a library is missing, another processor). */
export async function tryServer(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServerBinary | { missing: string }> {
  const { status, stdout, stderr } = await runCommand(command, ['--version'], { env, timeout: 10_000 });
  const [, name, number] = /(Redis|Valkey) server v=(\S+)/i.exec(stdout) ?? [];
  if (status === 0 && name && number) return { command, env, version: `${name} ${number}` };
  return { missing: `${command} does not run: ${(stderr || stdout).trim() || `exit code ${status}`}` };
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
