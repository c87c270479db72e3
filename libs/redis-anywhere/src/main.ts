// The command `redis-anywhere`: stdout carries the URL (for several nodes, a line of JSON) and nothing else, so that scripts can read it.
import { USAGE, readArguments, type Wanted } from './cli.arguments.js';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { startCluster } from './start.cluster.js';
import { startRedis } from './start.redis.js';
import { startSentinel } from './start.sentinel.js';
import type { RedisTopology } from './start-topology.options.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function say(text: string): void {
  process.stderr.write(`redis-anywhere: ${text}\n`);
}

/** What runs, and the line that tells programs how to reach it. */
interface Started {
  line: string;
  stop(): Promise<void>;
}

async function start(wanted: Wanted): Promise<Started> {
  if (wanted.kind === 'server') {
    const server = await startRedis(wanted.options);
    return { line: server.url, stop: () => server.stop() };
  }
  if (wanted.kind === 'sentinel') {
    const sentinel = await startSentinel(wanted.options);
    sayNodes(sentinel);
    const { name, sentinels } = sentinel;
    const { password } = wanted.options;
    return { line: JSON.stringify({ sentinels, name, password }), stop: () => sentinel.stop() };
  }
  const cluster = await startCluster(wanted.options);
  sayNodes(cluster);
  const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }));
  const { password } = wanted.options;
  return { line: JSON.stringify({ cluster: nodes, password }), stop: () => cluster.stop() };
}

/** So that one can be killed by hand to see what happens. */
function sayNodes({ nodes }: RedisTopology): void {
  for (const { name, host, port, pid } of nodes) say(`${name.padEnd(11)} ${host}:${port}  (process ${pid})`);
}

/** Runs until a signal comes or the server ends by itself. Resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const wanted = readArguments(argv);
  if (wanted === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  // Before the start, so that Ctrl-C during a download or a start ends in order too.
  const ended = new Promise<number>((resolve) => {
    // Further ones are ignored: npx passes on the Ctrl-C that the terminal has sent here already.
    for (const signal of SIGNALS) process.on(signal, () => resolve(0));
    wanted.options.onUnexpectedExit = (reason) => {
      say(reason);
      // Of several nodes, one may be killed by hand to see what the others do.
      if (wanted.kind === 'server') resolve(1);
    };
  });
  const keepAlive = setInterval(() => {}, 2 ** 30);
  try {
    const starting = start(wanted);
    const first = await Promise.race([starting, ended]);
    // Interrupted while starting: exiting is enough, nothing that was begun outlives this process.
    if (typeof first === 'number') return first;
    process.stdout.write(`${first.line}\n`);
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
