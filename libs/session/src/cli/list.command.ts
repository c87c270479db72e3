import { CliError } from './cli.error.js';
import type { Command, Values } from './command.js';
import { type RedisTarget, withRedis } from './redis.target.js';
import { readSession, sessionIds, type StoredSession, storedLevelOf } from './stored.session.js';
import type { Terminal } from './terminal.js';
import { bytes, counted, lengthOf, row } from './wording.js';

const COLUMNS = ['HANDLE', 'USER', 'LEVEL', 'CREATED', 'ACTIVE', 'EXPIRES', 'SIZE', 'DEVICE'];
const WIDTHS = [22, 16, 10, 10, 10, 9, 9];
/** Sessions that are read at one time. */
const AT_ONCE = 100;

/** Which sessions there are. */
export const listCommand: Command = {
  words: 'sessions list',
  summary: 'Lists sessions: whose, since when, until when, from what device.',
  usage: '[--user ID] [--limit N] [options]',
  help: `Walks all keys with SCAN, which blocks nobody, and prints sessions as they are found, in no order. With --user it asks
that user's list only. A session of connect-redis is shown by the first 6 characters of its id, which the other
commands understand.

  --user ID       sessions of this user only
  --limit N       stop after so many`,
  options: ['user', 'limit'],
  handle: 'none',
  run: ({ values, terminal }) =>
    withRedis(values, async (target) => {
      const limit = limitFrom(values);
      const printer = new Printer(terminal, target.clock.now());
      let looked = 0;
      for await (const ids of values.user === undefined ? sessionIds(target) : idsOf(target, values.user)) {
        for (let start = 0; start < ids.length && printer.count < limit; start += AT_ONCE) {
          const part = ids.slice(start, start + AT_ONCE);
          const sessions = await Promise.all(part.map((id) => readSession(target, id)));
          for (const session of sessions)
            if (session !== undefined && printer.count < limit) printer.print(session);
          await terminal.drained();
          looked += part.length;
          terminal.progress(`${counted(looked, 'key')} looked at ...`);
        }
        if (printer.count >= limit) break;
      }
      const of = values.user === undefined ? `under ${target.prefix}` : `of user "${values.user}"`;
      terminal.note(
        printer.count >= limit
          ? `The first ${counted(limit, 'session')} ${of} on ${target.place}; there may be more.`
          : `${counted(printer.count, 'session')} ${of} on ${target.place}.`,
      );
      return 0;
    }),
};

/** The user's list; some in it may have ended already. */
async function* idsOf({ store }: RedisTarget, userId: string): AsyncGenerator<string[]> {
  const entries = await store.users.entries(userId);
  yield entries.map(({ handle }) => handle);
}

function limitFrom({ limit }: Values): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(limit)) throw new CliError('--limit must be a whole number above 0.', 2);
  return Number(limit);
}

/** Prints one session a line. */
class Printer {
  count = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: number,
  ) {}

  print(session: StoredSession): void {
    if (this.terminal.isJson) this.terminal.json(this.valueOf(session));
    else {
      if (this.count === 0) this.terminal.line(row(COLUMNS, WIDTHS));
      this.terminal.line(row(this.cellsOf(session), WIDTHS));
    }
    this.count++;
  }

  private cellsOf({ name, record, problem, bytes: size, expiresIn }: StoredSession): string[] {
    const { meta } = record ?? {};
    const auth = meta?.auth;
    const ago = (at: number | undefined): string =>
      at === undefined ? '-' : `${lengthOf(this.now - at, { parts: 1 })} ago`;
    return [
      name,
      auth?.userId ?? '-',
      problem === undefined ? storedLevelOf(meta, this.now) : 'unreadable',
      ago(meta?.createdAt),
      ago(meta?.lastActiveAt),
      expiresIn === undefined ? 'never' : `in ${lengthOf(expiresIn, { parts: 1 })}`,
      bytes(size),
      problem === undefined ? (auth?.device ?? '-') : `(${problem})`,
    ];
  }

  private valueOf({ name, isPlain, record, problem, bytes: size, expiresIn }: StoredSession): object {
    const { meta } = record ?? {};
    const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
    return {
      handle: name,
      isPlain,
      userId: meta?.auth?.userId,
      level: problem === undefined ? storedLevelOf(meta, this.now) : undefined,
      createdAt: iso(meta?.createdAt),
      lastActiveAt: iso(meta?.lastActiveAt),
      expiresIn,
      device: meta?.auth?.device,
      network: meta?.auth?.network,
      bytes: size,
      problem,
    };
  }
}
