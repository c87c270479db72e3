import { Logger } from '@nestjs/common';
import { CliError } from './cli.error.js';
import { understand } from './command.line.js';
import { harmless, Terminal } from './terminal.js';

/** Runs the command and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  // What the connection would log is told in one sentence here.
  Logger.overrideLogger(false);
  process.stdout.on('error', endOfPipe);
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    const isExpected = error instanceof CliError;
    const text =
      error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error);
    process.stderr.write(`nestjs-redis-session: ${isExpected ? harmless(text) : text}\n`);
    process.exitCode = isExpected ? error.exitCode : 1;
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const request = understand(argv);
  if (request.kind === 'help') {
    process.stdout.write(`${request.text}\n`);
    return 0;
  }
  const { command, values, handle } = request;
  const terminal = new Terminal({ json: values.json === true, progress: values.progress === true });
  return command.run({ values, handle, terminal });
}

/** `... | head` closes the pipe when it has seen enough; that is no failure. */
function endOfPipe(error: Error): void {
  process.exit('code' in error && error.code === 'EPIPE' ? 0 : 1);
}
