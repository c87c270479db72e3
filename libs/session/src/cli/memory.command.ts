import { readRedisFacts } from '../doctor/index.js';
import { isRefusal } from '../redis/index.js';
import { scanKeys, sideKeysOf } from '../store/index.js';
import { CliError } from './cli.error.js';
import type { Command, Values } from './command.js';
import { shownId } from './masking.js';
import { type RedisTarget, withRedis } from './redis.target.js';
import { SCAN_COUNT } from './stored.session.js';
import type { Terminal } from './terminal.js';
import { bytes, counted, listing, row } from './wording.js';

/** More keys of a kind than this are counted but not measured. SCAN's order is by hash, so the first ones are a fair sample. */
const MOST_MEASURED = 10_000;
const AT_ONCE = 100;
const DEFAULT_LARGEST = 5;

/** What sessions take up in Redis. */
export const memoryCommand: Command = {
  words: 'sessions memory',
  summary: 'Says how many sessions there are and what they take up.',
  usage: '[--largest N] [options]',
  help: `Counts with SCAN and measures with MEMORY USAGE, which includes what Redis itself needs for a key. Of more than 10,000 sessions a
sample is measured, and it says so.

  --largest N     how many of the largest to name (default: ${DEFAULT_LARGEST})`,
  options: ['largest'],
  handle: 'none',
  run: ({ values, terminal }) =>
    withRedis(values, async (target) => {
      const largest = largestFrom(values);
      const kinds = await measure(target, terminal, largest);
      const { servers } = await readRedisFacts(target.connection);
      const [{ evictionPolicy }] = servers;
      // Of a Cluster, all primaries together.
      const usedMemory = sumOf(servers.map((server) => server.usedMemory));
      const maxMemory = sumOf(servers.map((server) => server.maxMemory));
      const { sessions, ...others } = kinds;
      if (terminal.isJson) {
        terminal.json({
          sessions: { ...sessions.summary, largest: sessions.largest },
          ...Object.fromEntries(Object.entries(others).map(([name, { summary }]) => [name, summary])),
          redis: { usedMemory, maxMemory, evictionPolicy },
        });
        return 0;
      }
      terminal.line(
        listing([
          ['sessions', sessions.inWords],
          ['lists of users', others.users.inWords],
          ['notes of endings', others.endings.inWords],
          ['Redis uses', usedMemory === undefined ? 'unknown' : bytes(usedMemory)],
          [
            'Redis may use',
            maxMemory === undefined
              ? 'unknown'
              : maxMemory === 0
                ? 'as much as there is (maxmemory 0)'
                : bytes(maxMemory),
          ],
          [
            'when it is full',
            evictionPolicy === 'noeviction'
              ? 'noeviction: writes are refused'
              : evictionPolicy && `${evictionPolicy}: it drops keys, sessions too`,
          ],
        ]),
      );
      if (sessions.largest.length > 0) terminal.line('largest sessions');
      for (const { handle, bytes: size } of sessions.largest)
        terminal.line(`  ${row([handle, bytes(size)], [22])}`);
      return 0;
    }),
};

/** `undefined` if one of them is not known. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}

function largestFrom({ largest }: Values): number {
  if (largest === undefined) return DEFAULT_LARGEST;
  if (!/^\d{1,4}$/.test(largest)) throw new CliError('--largest must be a whole number from 0 to 9999.', 2);
  return Number(largest);
}

/** Counts keys of one kind and adds up what they take. */
class Kind {
  count = 0;
  private measured = 0;
  private total = 0;
  private isForbidden = false;
  private named: { handle: string; bytes: number }[] = [];

  constructor(
    private readonly prefix: string,
    private readonly keep: number,
  ) {}

  get largest(): readonly { handle: string; bytes: number }[] {
    return this.named;
  }

  get summary() {
    const average = this.measured === 0 ? undefined : Math.round(this.total / this.measured);
    const isSample = this.measured < this.count;
    return {
      count: this.count,
      bytes: average === undefined ? undefined : isSample ? average * this.count : this.total,
      averageBytes: average,
      measured: this.measured,
    };
  }

  get inWords(): string {
    const { count, bytes: size, averageBytes, measured } = this.summary;
    if (count === 0) return 'none';
    if (this.isForbidden || size === undefined || averageBytes === undefined) {
      return `${count.toLocaleString('en')} (this Redis does not allow MEMORY USAGE)`;
    }
    const sampled = measured < count ? `about, from ${measured.toLocaleString('en')} of them: ` : '';
    return `${count.toLocaleString('en')}, ${sampled}${bytes(size)} in all, ${bytes(averageBytes)} on average`;
  }

  async add(target: RedisTarget, keys: readonly string[]): Promise<void> {
    this.count += keys.length;
    const room = this.isForbidden ? 0 : MOST_MEASURED - this.measured;
    for (let start = 0; start < Math.min(keys.length, room); start += AT_ONCE) {
      const part = keys.slice(start, Math.min(start + AT_ONCE, room));
      await Promise.all(part.map((key) => this.measure(target, key)));
    }
  }

  private async measure({ connection }: RedisTarget, key: string): Promise<void> {
    const size = await connection.run(
      async (client) => {
        try {
          return await client.memory('USAGE', key);
        } catch (error) {
          if (!isRefusal(error)) throw error;
          this.isForbidden = true;
          return null;
        }
      },
      { repeatable: true },
    );
    // It went between SCAN and here.
    if (size === null) return;
    this.measured++;
    this.total += size;
    this.named.push({ handle: shownId(key.slice(this.prefix.length)), bytes: size });
    this.named = this.named.toSorted((a, b) => b.bytes - a.bytes).slice(0, this.keep);
  }
}

async function measure(target: RedisTarget, terminal: Terminal, largest: number) {
  const { prefix } = target;
  const { user, ended } = sideKeysOf(prefix);
  const kinds = {
    // The more special ones first, because a prefix without a colon is also a beginning of theirs.
    users: { start: user, kind: new Kind(user, 0) },
    endings: { start: ended, kind: new Kind(ended, 0) },
    sessions: { start: prefix, kind: new Kind(prefix, largest) },
  };
  const seen = new Set<string>();
  // One walk for all: their beginnings have this in common.
  for await (const keys of scanKeys(target.connection, prefix.replace(/:$/, ''), { count: SCAN_COUNT })) {
    const fresh = keys.filter((key) => !seen.has(key));
    for (const key of fresh) seen.add(key);
    const kindOf = (key: string) => Object.values(kinds).find(({ start }) => key.startsWith(start))?.kind;
    for (const { kind } of Object.values(kinds))
      await kind.add(
        target,
        fresh.filter((key) => kindOf(key) === kind),
      );
    terminal.progress(`${counted(kinds.sessions.kind.count, 'session')} counted ...`);
  }
  return { sessions: kinds.sessions.kind, users: kinds.users.kind, endings: kinds.endings.kind };
}
