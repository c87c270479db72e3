import { Redis, type RedisOptions } from 'ioredis';
import type { Milliseconds } from '../common/index.js';
import { isLoopback, wordsIn } from './server.facts.js';

/** What the Sentinels say of themselves and of the primary. */
export interface SentinelFacts {
  /** How many watch the primary, as far as anybody of them knows. */
  readonly known: number;
  /** Those that answered; `host:port`. */
  readonly reached: readonly string[];
  /** Those that did not, or not to this client. */
  readonly silent: readonly string[];
  /** How many have to miss the primary before a failover begins; the highest that one of them has. */
  readonly quorum: number | undefined;
  /** Whether one of them lets somebody in without a password; `undefined` if none let us know. */
  readonly isOpen: boolean | undefined;
  /** All are on the loopback. */
  readonly isLocal: boolean;
  readonly isEncrypted: boolean;
}

interface Address {
  host: string;
  port: number;
}

/** What one of them answered. */
interface Answer {
  address: string;
  /** The same whatever address it was reached by. */
  id: string;
  known: number;
  quorum: number;
  isOpen: boolean | undefined;
  others: Address[];
}

const DEFAULT_PORT = 26_379;

/**
 * Asks the Sentinels that the client was given, and those that they name: SENTINEL MASTER, SENTINEL SENTINELS, SENTINEL MYID, ACL
 * GETUSER. On connections of its own, which end with the answer. Never rejects.
 */
export async function readSentinelFacts(
  options: RedisOptions,
  patience: Milliseconds,
): Promise<SentinelFacts> {
  const answers = new Map<string, Answer>();
  const silent = new Set<string>();
  const asked = new Set<string>();
  let next = (options.sentinels ?? []).map(({ host = '', port = DEFAULT_PORT }) => ({ host, port }));
  while (next.length > 0) {
    const round = next.filter((address) => !asked.has(textOf(address)));
    for (const address of round) asked.add(textOf(address));
    const results = await Promise.all(round.map((address) => askOne(address, options, patience)));
    for (const [index, result] of results.entries()) {
      const address = round[index];
      if (result !== undefined) answers.set(result.id, result);
      else if (address !== undefined) silent.add(textOf(address));
    }
    // Known by a name, they name themselves by numbers, so that one may be asked twice; it has one id.
    next = results.flatMap((result) => result?.others ?? []).map((address) => mapped(address, options));
  }
  const all = [...answers.values()];
  const [open, closed] = [all.some(({ isOpen }) => isOpen), all.some(({ isOpen }) => isOpen === false)];
  return {
    known: Math.max(all.length, ...all.map(({ known }) => known)),
    reached: all.map(({ address }) => address),
    silent: [...silent],
    quorum: all.length === 0 ? undefined : Math.max(...all.map(({ quorum }) => quorum)),
    isOpen: open ? true : closed ? false : undefined,
    isLocal: [...asked].every((address) => isLoopback(address)),
    isEncrypted: options.sentinelTLS !== undefined,
  };
}

async function askOne(
  { host, port }: Address,
  options: RedisOptions,
  patience: Milliseconds,
): Promise<Answer | undefined> {
  const { name = '', sentinelUsername, sentinelPassword, sentinelTLS: tls, family } = options;
  const client = new Redis({
    ...{ host, port, family, tls },
    ...{ username: sentinelUsername, password: sentinelPassword ?? undefined },
    ...{ lazyConnect: true, enableReadyCheck: false, enableOfflineQueue: true, maxRetriesPerRequest: 0 },
    ...{ connectTimeout: patience, commandTimeout: patience, disconnectTimeout: 100 },
    retryStrategy: null,
    // Flat lists of names and values.
    protocol: 2,
  });
  client.on('error', () => undefined);
  const words = async (...command: [string, ...string[]]): Promise<string[]> =>
    wordsIn(await client.call(...command));
  try {
    const [master, others, id, user] = await Promise.all([
      words('SENTINEL', 'MASTER', name),
      client.call('SENTINEL', 'SENTINELS', name),
      words('SENTINEL', 'MYID').catch(() => []),
      sentinelPassword ? words('ACL', 'GETUSER', 'default').catch(() => undefined) : ['on', 'nopass'],
    ]);
    const fields = pairsIn(master);
    const address = textOf({ host, port });
    return {
      address,
      id: id[0] ?? address,
      known: Number(fields.get('num-other-sentinels')) + 1,
      quorum: Number(fields.get('quorum')),
      isOpen: user && user.includes('on') && user.includes('nopass'),
      others: (Array.isArray(others) ? others : []).flatMap((other) => addressIn(pairsIn(wordsIn(other)))),
    };
  } catch {
    return undefined;
  } finally {
    client.disconnect();
  }
}

function mapped(address: Address, { natMap }: RedisOptions): Address {
  const key = textOf(address);
  const found = typeof natMap === 'function' ? natMap(key) : natMap?.[key];
  return found ?? address;
}

function addressIn(fields: ReadonlyMap<string, string>): Address[] {
  const [host, port] = [fields.get('ip'), Number(fields.get('port'))];
  return host === undefined || !(port > 0) ? [] : [{ host, port }];
}

/** `name value name value`. */
function pairsIn(words: readonly string[]): Map<string, string> {
  return new Map(
    words.flatMap((name, index) => (index % 2 === 0 ? [[name, words[index + 1] ?? ''] as const] : [])),
  );
}

const textOf = ({ host, port }: Address): string => `${host}:${port}`;
