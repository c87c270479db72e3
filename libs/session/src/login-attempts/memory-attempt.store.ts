import type { Clock } from '../common/index.js';
import { type AttemptKeys, nameIn, type UserKeys } from './attempt.keys.js';
import { type AttemptRecord, block, open } from './attempt.record.js';
import { type AttemptLimits, SPRAYING_WINDOW } from './attempt.limits.js';
import {
  AttemptStore,
  type BlockSearch,
  COUNTED,
  type Counted,
  type DeviceRegistration,
  type Refusal,
  type Reservation,
  type StoredAttempts,
  type StoredBlock,
} from './attempt.store.js';
import { ExpiringMap } from './expiring.map.js';
import { isShared, MemoryAttemptRecords } from './memory-attempt.records.js';
import { MemoryDevices } from './memory.devices.js';

/** Entries of each kind; enough for every attempt that a process can check within a window. */
const MOST = 100_000;
const NONE = { account: 0, address: 0, pair: 0 } as const;

/** In this process, as {@link RedisAttemptStore} does it in scripts: for unit tests, and while Redis does not answer. */
export class MemoryAttemptStore extends AttemptStore {
  private readonly records: MemoryAttemptRecords;
  private readonly devices: MemoryDevices;
  /** Accounts tried and succeeded by address within a day, and whether it was told. */
  private readonly days: ExpiringMap<{ tried: Set<string>; succeeded: Set<string>; isTold: boolean }>;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AttemptLimits,
    most = MOST,
  ) {
    super();
    this.records = new MemoryAttemptRecords(clock, limits, most);
    this.devices = new MemoryDevices(clock, limits, most);
    this.days = new ExpiringMap(clock, most);
  }

  reserve(keys: AttemptKeys, countsAddress: boolean): Promise<Reservation | Refusal> {
    return Promise.resolve(this.onDevice(keys) ?? this.elsewhere(keys, countsAddress));
  }

  succeed(
    { keys, starts, changes }: Reservation,
    device?: DeviceRegistration,
  ): Promise<{ failures: number; surplus: string[] }> {
    const records = this.records.of(keys);
    const { account, address, pair } = records;
    const failures = Math.max(0, account.failures - 1);
    if (isShared(records)) this.records.giveBack('account', account, pair.share);
    if (account.state !== 'disabled') [account.failures, account.state] = [0, 'unknown'];
    this.records.keep('account', keys, records);
    this.records.deletePair(keys.pair);
    if (starts.address > 0) {
      if (starts.address === address.start) this.records.giveBack('address', address, 1);
      this.records.keep('address', keys, records);
      this.days.get(keys.tried)?.succeeded.add(nameIn(keys.account));
    }
    this.devices.giveBack(keys.device, starts.device);
    return Promise.resolve({ failures, surplus: device ? this.devices.remember(device, changes) : [] });
  }

  release({ keys, starts }: Reservation): Promise<void> {
    const records = this.records.of(keys);
    const { account, pair } = records;
    account.failures = Math.max(0, account.failures - 1);
    const isCounted = starts.account > 0 && starts.account === account.start && isShared(records);
    for (const by of COUNTED) {
      const isOfWindow = by === 'account' ? isCounted : starts[by] > 0 && starts[by] === records[by].start;
      if (isOfWindow) this.records.giveBack(by, records[by], 1);
    }
    if (isCounted) pair.share--;
    for (const by of COUNTED) this.records.keep(by, keys, records);
    this.devices.giveBack(keys.device, starts.device);
    return Promise.resolve();
  }

  mark(
    key: string,
    { state, failures }: { state: 'exists' | 'disabled'; failures: number },
  ): Promise<boolean> {
    const account = this.records.account(key);
    const isHigher = account.state === 'unknown' || (account.state === 'exists' && state === 'disabled');
    const isNews = isHigher && account.failures >= failures;
    if (isNews) this.records.keepAccount(key, { ...account, state });
    return Promise.resolve(isNews);
  }

  read(keys: Pick<AttemptKeys, Counted | 'tried' | 'succeeded'>) {
    const now = this.clock.now();
    const { account, address, pair } = this.records.of(keys);
    const seen = (by: Counted, record: AttemptRecord): StoredAttempts => {
      open(record, now, this.records.policies[by]);
      const { count, blockedUntil } = record;
      return { count, blocked: Math.max(0, blockedUntil - now), failures: 0, credential: 'unknown' };
    };
    const { failures, state: credential } = account;
    const day = this.days.get(keys.tried);
    return Promise.resolve({
      of: {
        account: { ...seen('account', account), failures, credential },
        address: seen('address', address),
        pair: seen('pair', pair),
      },
      accounts: { tried: day?.tried.size ?? 0, succeeded: day?.succeeded.size ?? 0 },
    });
  }

  blocks({ isWanted, limit }: BlockSearch): Promise<{ found: StoredBlock[]; isComplete: boolean }> {
    const found: StoredBlock[] = [];
    for (const each of this.records.blocks()) {
      if (!isWanted(each.name)) continue;
      if (found.length >= limit) return Promise.resolve({ found, isComplete: false });
      found.push(each);
    }
    return Promise.resolve({ found, isComplete: true });
  }

  unblockAccount(key: string, { reset }: { reset: boolean }): Promise<void> {
    const { failures, state, generation } = this.records.account(key);
    this.records.forget([key]);
    // Also another one if the clock stands still.
    const fresh = { ...this.records.account(key), generation: Math.max(this.clock.now(), generation + 1) };
    this.records.keepAccount(key, reset ? fresh : { ...fresh, failures, state });
    return Promise.resolve();
  }

  forget(keys: readonly string[]): Promise<void> {
    this.records.forget(keys);
    this.devices.forget(keys);
    for (const key of keys) this.days.delete(key);
    return Promise.resolve();
  }

  passwordChanged(user: UserKeys): Promise<{ change: number; devices: string[] }> {
    return Promise.resolve(this.devices.passwordChanged(user));
  }

  remember(device: DeviceRegistration, since: number): Promise<string[]> {
    return Promise.resolve(this.devices.remember(device, since));
  }

  unlist(user: UserKeys, names: readonly string[]): Promise<void> {
    this.devices.unlist(user, names);
    return Promise.resolve();
  }

  /** An attempt from a device that its account was logged in on before. */
  private onDevice(keys: AttemptKeys): Reservation | undefined {
    const device = this.devices.take(keys.device);
    if (device === undefined) return undefined;
    const account = this.records.account(keys.account);
    account.failures++;
    this.records.keepAccount(keys.account, account);
    return {
      keys,
      changes: this.devices.latest,
      starts: { ...NONE, device: device.start },
      counts: { ...NONE, device: device.count },
      addressResets: 0,
      blocks: NONE,
      failures: account.failures,
      credential: account.state,
      sprayed: 0,
    };
  }

  private elsewhere(keys: AttemptKeys, countsAddress: boolean): Reservation | Refusal {
    const now = this.clock.now();
    const isNewPair = !this.records.hasPair(keys.pair);
    const records = this.records.of(keys);
    const { account, address, pair } = records;
    const counted = COUNTED.filter((by) => by !== 'address' || countsAddress);
    const blocks: Record<Counted, number> = { ...NONE };
    const blocked: Record<Counted, number> = { ...NONE };
    for (const by of counted) {
      const [record, policy] = [records[by], this.records.policies[by]];
      open(record, now, policy);
      const isFull = record.blockedUntil === 0 && record.count >= policy.maxAttempts;
      if (isFull) blocks[by] = block(record, now, policy);
      blocked[by] = Math.max(0, record.blockedUntil - now);
    }
    if (counted.some((by) => blocked[by] > 0)) {
      for (const by of counted) if (blocks[by] > 0) this.records.keep(by, keys, records);
      return { blocked, begun: blocks };
    }
    account.failures++;
    for (const by of counted) {
      const [record, policy] = [records[by], this.records.policies[by]];
      record.count++;
      if (record.count >= policy.maxAttempts) blocks[by] = block(record, now, policy);
    }
    if (pair.window !== account.start) [pair.window, pair.share] = [account.start, 0];
    pair.share++;
    for (const by of counted) this.records.keep(by, keys, records);
    return {
      keys,
      changes: this.devices.latest,
      starts: {
        account: account.start,
        address: countsAddress ? address.start : 0,
        pair: pair.start,
        device: 0,
      },
      counts: {
        account: account.count,
        address: countsAddress ? address.count : 0,
        pair: pair.count,
        device: 0,
      },
      addressResets: address.start + this.records.policies.address.window - now,
      blocks,
      failures: account.failures,
      credential: account.state,
      sprayed: countsAddress && isNewPair ? this.spray(keys) : 0,
    };
  }

  private spray({ account, tried }: AttemptKeys): number {
    const { sprayedAfter } = this.limits;
    if (sprayedAfter === undefined) return 0;
    const day = this.days.get(tried) ?? { tried: new Set(), succeeded: new Set(), isTold: false };
    if (day.tried.size === 0) this.days.set(tried, day, SPRAYING_WINDOW);
    const name = nameIn(account);
    if (day.tried.has(name)) return 0;
    day.tried.add(name);
    const left = day.tried.size - day.succeeded.size;
    if (left < sprayedAfter || day.isTold) return 0;
    day.isTold = true;
    return left;
  }
}
