// The command `redis-anywhere`: stdout carries the URL and nothing else, so that scripts can read it.
import { USAGE, readArguments } from './cli.arguments.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { startRedis } from './start.redis.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function say(text: string): void {
  process.stderr.write(`redis-anywhere: ${text}\n`);
}

/** Runs until a signal comes or the server ends by itself. Resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const options = readArguments(argv);
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  // Before the start, so that Ctrl-C during a download or a start ends in order too.
  const ended = new Promise<number>((resolve) => {
    // Further ones are ignored: npx passes on the Ctrl-C that the terminal has sent here already.
    for (const signal of SIGNALS) process.on(signal, () => resolve(0));
    options.onUnexpectedExit = (reason) => {
      say(reason);
      resolve(1);
    };
  });
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    const starting = startRedis(options);
    const first = await Promise.race([starting, ended]);
    // Interrupted while starting: exiting is enough, nothing that was begun outlives this process.
    if (typeof first === 'number') return first;
    process.stdout.write(`${first.url}\n`);
    const status = await ended;
    await first.stop();
    return status;
  } finally {
    clearInterval(keepAlive);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const expected = error instanceof RedisAnywhereError;
  say(expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = expected && error.code === 'BAD_OPTION' ? 2 : 1;
}
// A start that was interrupted may still be under way.
process.exit();
