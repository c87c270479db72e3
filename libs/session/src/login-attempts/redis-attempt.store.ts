import { type Milliseconds, seconds } from '../common/index.js';
import { type RedisConnection, scanKeys } from '../redis/index.js';
import { AttemptBatch } from './attempt.batch.js';
import {
  accountOfPair,
  type AttemptKeys,
  type KeyNames,
  nameIn,
  nameOfBlock,
  partsOfBlock,
  type UserKeys,
} from './attempt.keys.js';
import type { AttemptLimits } from './attempt.limits.js';
import { type AttemptScripts, attemptScripts } from './attempt.scripts.js';
import {
  AttemptStore,
  type BlockSearch,
  type CredentialState,
  type DeviceRegistration,
  type Refusal,
  type Reservation,
  type StoredAttempts,
  type StoredBlock,
} from './attempt.store.js';

const STATES: readonly CredentialState[] = ['unknown', 'exists', 'disabled'];
/** Running it twice would count twice. */
const ONCE = { repeatable: false, refusedAtOnce: true, isBatch: true };
/** Running it twice gives back at most one attempt too much, and only if the connection was lost in between. */
const AGAIN = { repeatable: true };
/** Keys that Redis looks at in one step of a walk. */
const SCAN_COUNT = 500;
/** A walk through many millions of keys is given up after this; whoever searches by name has found the account by then. */
const LONGEST_SEARCH: Milliseconds = seconds(10);
/** Of each block in the script's reply. */
const BLOCK_NUMBERS = 5;

/** Counts in Redis, on Redis's clock: all processes together, and whatever the clock of this machine does. */
export class RedisAttemptStore extends AttemptStore {
  private readonly scripts: AttemptScripts;
  private readonly batch: AttemptBatch;

  constructor(
    private readonly redis: RedisConnection,
    private readonly names: KeyNames,
    limits: AttemptLimits,
  ) {
    super();
    this.scripts = attemptScripts(limits);
    this.batch = new AttemptBatch(async (attempts) => {
      const all = [names.changes, ...attempts.flatMap(({ keys }) => keys)];
      const args = attempts.flatMap((attempt) => attempt.args);
      const replies = await redis.script(this.scripts.reserve, all, args, ONCE);
      return listOf(replies).map(doublesOf);
    });
  }

  /** The attempts of one turn of the event loop share a call, see {@link AttemptBatch}. */
  async reserve(keys: AttemptKeys, countsAddress: boolean): Promise<Reservation | Refusal> {
    const { account, address, pair, tried, device = this.names.changes } = keys;
    const how = (countsAddress ? 1 : 0) + (keys.device === undefined ? 0 : 2);
    const reply = await this.batch.add({
      keys: [account, address, pair, tried, device],
      args: [nameIn(account), how],
    });
    return reply[0] === 1 ? reservationOf(keys, reply) : refusalOf(reply);
  }

  async succeed(
    { keys, starts, changes }: Reservation,
    device?: DeviceRegistration,
  ): Promise<{ failures: number; surplus: string[] }> {
    const { account, address, pair, succeeded, device: used = account } = keys;
    const places = device ? [device.key, device.user.devices, device.user.changed] : [];
    const name = device ? nameIn(device.key) : '';
    const args = [nameIn(account), starts.address, changes, name, starts.device];
    const all = [account, address, pair, succeeded, used, ...places];
    const reply = await this.redis.script(this.scripts.succeed, all, args, AGAIN);
    const [failures, ...surplus] = listOf(reply);
    return { failures: Number(failures), surplus: surplus.map(String) };
  }

  async release({ keys, starts }: Reservation): Promise<void> {
    const { account, address, pair, device } = keys;
    const all = device === undefined ? [] : [device];
    const args = [starts.account, starts.address, starts.pair, starts.device];
    await this.redis.script(this.scripts.release, [account, address, pair, ...all], args, AGAIN);
  }

  async mark(
    account: string,
    { state, failures }: { state: 'exists' | 'disabled'; failures: number },
  ): Promise<boolean> {
    const args = [STATES.indexOf(state), failures];
    const reply = await this.redis.script(this.scripts.mark, [account], args, AGAIN);
    return reply === 1;
  }

  async read({ account, address, pair, tried, succeeded }: AttemptKeys) {
    const keys = [account, address, pair, tried, succeeded];
    const reply = numbersOf(await this.redis.script(this.scripts.read, keys, [], AGAIN));
    const at = (place: number): StoredAttempts => ({
      count: reply[place] ?? 0,
      blocked: reply[place + 1] ?? 0,
      failures: reply[place + 2] ?? 0,
      credential: STATES[reply[place + 3] ?? 0] ?? 'unknown',
    });
    return {
      of: { account: at(0), address: at(4), pair: at(8) },
      accounts: { tried: reply[12] ?? 0, succeeded: reply[13] ?? 0 },
    };
  }

  async blocks({
    first,
    isWanted,
    limit,
  }: BlockSearch): Promise<{ found: StoredBlock[]; isComplete: boolean }> {
    const found = new Map<string, StoredBlock>();
    const giveUpAt = performance.now() + LONGEST_SEARCH;
    let isComplete = true;
    const isEnough = (): boolean => {
      if (found.size <= limit && performance.now() < giveUpAt) return false;
      isComplete = false;
      return true;
    };
    for (const block of await this.blocksUnder(first, isWanted)) found.set(block.name, block);
    const scan = scanKeys(this.redis, this.names.start, { count: SCAN_COUNT, isEnough });
    for await (const keys of scan) {
      for (const block of await this.blocksUnder(keys, isWanted)) found.set(block.name, block);
    }
    return { found: [...found.values()].slice(0, limit), isComplete };
  }

  async unblockAccount(account: string, { reset }: { reset: boolean }): Promise<void> {
    await this.redis.script(this.scripts.unblock, [account], [reset ? '1' : '0'], AGAIN);
  }

  async forget(keys: readonly string[]): Promise<void> {
    if (keys.length > 0) await this.redis.run((client) => client.del(...keys), AGAIN);
  }

  async passwordChanged({ devices, changed }: UserKeys): Promise<{ change: number; devices: string[] }> {
    const keys = [this.names.changes, changed, devices];
    const reply = await this.redis.script(this.scripts.passwordChanged, keys, [], AGAIN);
    const [change, ...names] = listOf(reply);
    return { change: Number(change), devices: names.map(String) };
  }

  async remember({ key, user }: DeviceRegistration, since: number): Promise<string[]> {
    const args = [since, nameIn(key)];
    const reply = await this.redis.script(
      this.scripts.remember,
      [key, user.devices, user.changed],
      args,
      AGAIN,
    );
    return listOf(reply).map(String);
  }

  async unlist({ devices }: UserKeys, names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.redis.run((client) => client.zrem(devices, ...names), AGAIN);
  }

  private async blocksUnder(
    keys: readonly string[],
    isWanted: (name: string) => boolean,
  ): Promise<StoredBlock[]> {
    const wanted = keys.flatMap((key) => {
      const name = nameOfBlock(key);
      const by = name === undefined || !isWanted(name) ? undefined : partsOfBlock(name)?.by;
      return name === undefined || by === undefined ? [] : [{ key, name, by }];
    });
    if (wanted.length === 0) return [];
    const all = wanted.flatMap(({ key, by }) => [key, by === 'pair' ? accountOfPair(key) : key]);
    const kinds = wanted.map(({ by }) => by);
    const reply = numbersOf(await this.redis.script(this.scripts.blocks, all, kinds, AGAIN));
    const found: StoredBlock[] = [];
    for (let at = 0; at < reply.length; at += BLOCK_NUMBERS) {
      const [place = 0, blocked = 0, level = 0, failures = 0, disabled = 0] = reply.slice(at);
      const name = wanted[place - 1]?.name ?? '';
      found.push({ name, blocked, level, failures, isDisabled: disabled === 1 });
    }
    return found;
  }
}

const listOf = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : []);
/** The numbers that a script has packed. */
function doublesOf(bytes: unknown): number[] {
  if (!Buffer.isBuffer(bytes)) return [];
  const numbers: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) numbers.push(bytes.readDoubleLE(at));
  return numbers;
}
const numbersOf = (reply: unknown): number[] => listOf(reply).map(Number);

function reservationOf(keys: AttemptKeys, reply: readonly number[]): Reservation {
  const at = (place: number): number => reply[place] ?? 0;
  return {
    keys,
    changes: at(1),
    starts: { account: at(2), address: at(3), pair: at(4), device: at(11) },
    counts: { account: at(5), address: at(6), pair: at(7), device: at(12) },
    addressResets: at(8),
    failures: at(9),
    credential: STATES[at(10)] ?? 'unknown',
    blocks: { account: at(13), address: at(14), pair: at(15) },
    sprayed: at(16),
  };
}

function refusalOf(reply: readonly number[]): Refusal {
  const at = (place: number): number => reply[place] ?? 0;
  return {
    blocked: { account: at(1), address: at(2), pair: at(3) },
    begun: { account: at(4), address: at(5), pair: at(6) },
  };
}
