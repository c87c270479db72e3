import type { Redis } from 'ioredis';
import { explainFailure, isRefusal, primariesOf } from '../redis/index.js';
import { sideKeysOf } from '../store/index.js';
import { CliError } from './cli.error.js';
import type { Command } from './command.js';
import { shownId } from './masking.js';
import { withRedis } from './redis.target.js';
import type { Terminal } from './terminal.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What happens to sessions, as it happens. */
export const monitorCommand: Command = {
  words: 'sessions monitor',
  summary: 'Shows live which commands reach sessions, until Ctrl-C. Costs Redis throughput.',
  usage: '[options]',
  help: `Uses MONITOR on a connection of its own (of a Cluster, one to each primary). Redis then sends every command of everybody to this one, which can halve its throughput: look,
and end it. Keys are shown, values never.
`,
  options: [],
  handle: 'none',
  run: ({ values, terminal }) =>
    withRedis(values, async ({ connection, prefix, place }) => {
      const ended = new Promise<'ended'>((resolve) => {
        // Further ones are ignored: npx passes on the Ctrl-C that the terminal has sent here already.
        for (const signal of SIGNALS) process.on(signal, () => resolve('ended'));
      });
      // Not `client.monitor()`: where MONITOR is refused it leaves its connection open, and nobody could close it.
      const monitors = primariesOf(connection.client).map((server) =>
        server.duplicate({ monitor: true, lazyConnect: false }),
      );
      try {
        const keysOf = keyFinder(prefix);
        const lost = new Promise<'lost'>((resolve) => {
          for (const monitor of monitors) {
            monitor.once('close', () => resolve('lost'));
            monitor.on('monitor', (time: string, args: string[], source: string) => {
              const keys = keysOf(args);
              if (keys.length > 0)
                print(terminal, { time, command: args[0] ?? '', keys, isScript: source === 'lua' });
            });
          }
        });
        await Promise.all(monitors.map((monitor) => begun(monitor)));
        terminal.note(`Watching ${prefix} on ${place}. MONITOR costs Redis throughput; Ctrl-C ends it.`);
        if ((await Promise.race([ended, lost])) === 'ended') return 0;
        throw new CliError('The connection to Redis was lost.', 1);
      } finally {
        for (const monitor of monitors) monitor.disconnect();
      }
    }),
};

/** Resolves once Redis has begun to tell. @throws CliError if it does not want to */
function begun(monitor: Redis): Promise<void> {
  return new Promise((resolve, reject) => {
    monitor.once('monitoring', resolve);
    monitor.on('error', (error) => {
      const reason = isRefusal(error)
        ? 'this Redis user may not use it. Extend its ACL by +monitor; some managed services have no MONITOR at all.'
        : explainFailure(error);
      reject(new CliError(`MONITOR is not possible: ${reason}`, 1));
    });
  });
}

interface Seen {
  /** Seconds since 1970, with microseconds. */
  time: string;
  command: string;
  keys: string[];
  isScript: boolean;
}

function print(terminal: Terminal, { time, command, keys, isScript }: Seen): void {
  const at = new Date(Number(time) * 1000).toISOString();
  const name = command.toUpperCase();
  if (terminal.isJson) terminal.json({ at, command: name, keys, isScript });
  else
    terminal.line(
      `${at.slice(11, 23)}  ${isScript ? '  ' : ''}${name.padEnd(isScript ? 18 : 20)}${keys.join(' ')}`,
    );
}

/** Commands whose arguments are all keys. */
const ALL_KEYS = new Set(['del', 'unlink', 'exists', 'touch', 'mget', 'watch']);
const SCRIPTS = new Set(['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'fcall', 'fcall_ro']);
/** Commands with a word before the key. */
const WITH_WORD = new Set(['memory', 'object', 'debug']);

/**
 * Finds the keys of sessions in a command, as they may be shown. By their place, because a value may begin like a key, and values
 * are never shown.
 */
function keyFinder(prefix: string): (args: readonly string[]) => string[] {
  const { user, ended, revocations } = sideKeysOf(prefix);
  const shown = (key: string): string[] => {
    if (key.startsWith(user) || key.startsWith(revocations)) return [key];
    const start = [ended, prefix].find((one) => key.startsWith(one));
    return start === undefined ? [] : [start + shownId(key.slice(start.length))];
  };
  return ([command = '', ...rest]) => {
    const name = command.toLowerCase();
    if (SCRIPTS.has(name)) return rest.slice(2, 2 + Number(rest[1])).flatMap(shown);
    if (ALL_KEYS.has(name)) return rest.flatMap(shown);
    return rest
      .slice(WITH_WORD.has(name) ? 1 : 0)
      .slice(0, 1)
      .flatMap(shown);
  };
}
