import type { Clock } from '../common/index.js';
import { accountOfPair, type AttemptKeys, nameOfBlock } from './attempt.keys.js';
import type { AttemptPolicy } from './attempt.policy.js';
import { type AttemptRecord, emptyRecord, endOf, giveBack } from './attempt.record.js';
import { type AttemptLimits, FAILURES_KEPT, generationKept, noPolicy } from './attempt.limits.js';
import type { Counted, CredentialState, StoredBlock } from './attempt.store.js';
import { ExpiringMap } from './expiring.map.js';

export interface AccountRecord extends AttemptRecord {
  failures: number;
  state: CredentialState;
  /** Changes when the account is unblocked; pairs of another one are void. */
  generation: number;
}

export interface PairRecord extends AttemptRecord {
  generation: number;
  /** The account's window, and how many of its attempts are this pair's. */
  window: number;
  share: number;
}

/** Whether the account's window has attempts of the pair. */
export const isShared = ({ account, pair }: Pick<AttemptRecords, 'account' | 'pair'>): boolean =>
  pair.share > 0 && pair.window === account.start;

/** What an attempt is counted in. */
export interface AttemptRecords {
  account: AccountRecord;
  address: AttemptRecord;
  pair: PairRecord;
}

/** The records of a {@link MemoryAttemptStore}. What is got is a copy until it is kept. */
export class MemoryAttemptRecords {
  readonly policies: Readonly<Record<Counted, AttemptPolicy>>;
  private readonly accounts: ExpiringMap<AccountRecord>;
  private readonly addresses: ExpiringMap<AttemptRecord>;
  private readonly pairs: ExpiringMap<PairRecord>;

  constructor(
    private readonly clock: Clock,
    { account = noPolicy, address = noPolicy, pair = noPolicy }: AttemptLimits,
    most: number,
  ) {
    this.policies = { account, address, pair };
    this.accounts = new ExpiringMap(clock, most);
    this.addresses = new ExpiringMap(clock, most);
    this.pairs = new ExpiringMap(clock, most);
  }

  account(key: string): AccountRecord {
    const fresh: AccountRecord = { ...emptyRecord(), failures: 0, state: 'unknown', generation: 0 };
    return { ...(this.accounts.get(key) ?? fresh) };
  }

  of(keys: Pick<AttemptKeys, Counted>): AttemptRecords {
    const account = this.account(keys.account);
    const { generation } = account;
    const stored = this.pairs.get(keys.pair);
    const pair =
      stored?.generation === generation ? stored : { ...emptyRecord(), generation, window: 0, share: 0 };
    return {
      account,
      address: { ...(this.addresses.get(keys.address) ?? emptyRecord()) },
      pair: { ...pair },
    };
  }

  hasPair(key: string): boolean {
    return this.pairs.get(key) !== undefined;
  }

  giveBack(by: Counted, record: AttemptRecord, count: number): void {
    const { maxAttempts } = this.policies[by];
    giveBack(record, { count, now: this.clock.now(), maxAttempts });
  }

  keep(by: Counted, keys: Pick<AttemptKeys, Counted>, { account, address, pair }: AttemptRecords): void {
    const now = this.clock.now();
    if (by === 'account') this.keepAccount(keys.account, account);
    else if (by === 'address') {
      this.addresses.set(keys.address, address, endOf(address, this.policies.address) - now);
    } else {
      const shareEnds = pair.share > 0 ? pair.window + this.policies.account.window : 0;
      this.pairs.set(keys.pair, pair, Math.max(endOf(pair, this.policies.pair), shareEnds) - now);
    }
  }

  keepAccount(key: string, record: AccountRecord): void {
    const now = this.clock.now();
    const { account, pair } = this.policies;
    let end = endOf(record, account);
    if (record.failures > 0) end = Math.max(end, now + account.window);
    if (record.state !== 'unknown') end = now + FAILURES_KEPT;
    if (record.generation > 0) end = Math.max(end, now + generationKept({ account, pair }));
    this.accounts.set(key, record, end - now);
  }

  /** Records that block, or whose credential is disabled, under their names. */
  *blocks(): Generator<StoredBlock> {
    const now = this.clock.now();
    for (const map of [this.accounts, this.addresses, this.pairs]) {
      for (const [key, record] of map) {
        const name = nameOfBlock(key);
        if (name === undefined || (map === this.pairs && this.isVoid(key))) continue;
        const blocked = Math.max(0, record.blockedUntil - now);
        const { failures = 0, state = 'unknown' }: Partial<AccountRecord> = record;
        const isDisabled = state === 'disabled';
        if (blocked > 0 || isDisabled) yield { name, blocked, level: record.level, failures, isDisabled };
      }
    }
  }

  /** Whether the account of a pair was unblocked since. */
  private isVoid(key: string): boolean {
    return this.pairs.get(key)?.generation !== this.account(accountOfPair(key)).generation;
  }

  deletePair(key: string): void {
    this.pairs.delete(key);
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) {
      for (const map of [this.accounts, this.addresses, this.pairs]) map.delete(key);
    }
  }
}
