import type { LoginBlockCause, Milliseconds } from '../common/index.js';
import { type KeyNames, nameIn, partsOfBlock } from './attempt.keys.js';
import type { AttemptPolicy } from './attempt.policy.js';
import type { AttemptStore, BlockSearch, StoredBlock } from './attempt.store.js';
import type { ResolvedLoginAttemptsOptions } from './login-attempts.options.js';

/** A block that stands, or a disabled credential, as an administrator may see it: whose it is, only who knows the name can find out. */
export interface LoginBlock {
  /** What `LoginAttemptLimiter.unblock` takes. Holds hashes, no names. */
  readonly id: string;
  /** What is blocked. */
  readonly by: LoginBlockCause;
  /** Hash of the account, the same in all its blocks; absent where an address is blocked on every account. */
  readonly account?: string;
  /** Hash of the address, the same in all its blocks; absent where an account is blocked from everywhere. */
  readonly address?: string;
  /** How long it still lasts; 0 for a credential that is disabled and not blocked. */
  readonly blockedFor: Milliseconds;
  /** How long it lasts altogether, by the limits of now. */
  readonly duration: Milliseconds;
  /** How many blocks there were in a row, this one included. */
  readonly inARow: number;
  /** Of an account: failures in a row, however far apart. */
  readonly failures: number;
  /** Whether the password counts as wrong until `LoginAttemptLimiter.reset`. */
  readonly isDisabled: boolean;
}

/** What `LoginAttemptLimiter.blocks` looks for; without an account and an address for all. */
export interface LoginBlockSearch {
  readonly account?: string;
  readonly address?: string;
  /** @default "login" */
  readonly purpose?: string;
  /**
   * How many are enough.
   *
   * @default 100
   */
  readonly limit?: number;
}

/** What `LoginAttemptLimiter.blocks` found. */
export interface LoginBlocks {
  /** The one that lasts longest first. */
  readonly blocks: readonly LoginBlock[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

/** The limits in force, with every default filled in; what is absent is not limited. */
export type LoginAttemptLimits = Pick<
  ResolvedLoginAttemptsOptions,
  'account' | 'address' | 'pair' | 'device' | 'disableAfter'
>;

export function limitsOf({
  isActive,
  account,
  address,
  pair,
  device,
  disableAfter,
}: ResolvedLoginAttemptsOptions): LoginAttemptLimits {
  return isActive ? { account, address, pair, device, disableAfter } : {};
}

/** A search for the blocks of an account, of an address, of the account from the address, or for all. */
export function searchFor(
  names: KeyNames,
  { account, network, limit }: { account?: string; network?: string; limit: number },
): BlockSearch {
  const keys = names.of({ account: account ?? '', network: network ?? '' });
  const asked = [
    ...(account === undefined ? [] : [{ part: 'account', hash: nameIn(keys.account) } as const]),
    ...(network === undefined ? [] : [{ part: 'address', hash: nameIn(keys.address) } as const]),
  ];
  if (asked.length === 0) return { first: [], isWanted: () => true, limit };
  const isWanted = (name: string): boolean => {
    const parts = partsOfBlock(name);
    const present = asked.filter(({ part }) => parts?.[part] !== undefined);
    return present.length > 0 && present.every(({ part, hash }) => parts?.[part] === hash);
  };
  return { first: [keys.account, keys.address, keys.pair], isWanted, limit };
}

/** What was found, as administrators see it. */
export function listOf(
  { found, isComplete }: Awaited<ReturnType<AttemptStore['blocks']>>,
  limits: LoginAttemptLimits,
): LoginBlocks {
  const blocks = found.flatMap((block) => blockOf(block, limits) ?? []);
  return { blocks: blocks.toSorted((one, other) => other.blockedFor - one.blockedFor), isComplete };
}

function blockOf(
  { name, blocked, level, failures, isDisabled }: StoredBlock,
  limits: LoginAttemptLimits,
): LoginBlock | undefined {
  const parts = partsOfBlock(name);
  if (parts === undefined) return undefined;
  const duration = blocked > 0 ? Math.max(blocked, durationOf(limits[parts.by], level)) : 0;
  return { id: name, ...parts, blockedFor: blocked, duration, inARow: level, failures, isDisabled };
}

/** Ends a block by its id; what is none ends nothing. */
export async function unblockById(store: AttemptStore, names: KeyNames, id: string): Promise<void> {
  const parts = partsOfBlock(id);
  if (parts === undefined) return;
  const key = names.start + id;
  if (parts.by === 'account') await store.unblockAccount(key, { reset: false });
  else if (parts.by === 'pair') await store.forget([key]);
  else
    await store.forget(
      ['address', 'tried', 'succeeded'].map((kind) => `${names.start}${kind}:${parts.address}`),
    );
}

function durationOf(policy: AttemptPolicy | undefined, level: number): Milliseconds {
  if (policy === undefined) return 0;
  const { maxBlock, blockDuration, backoff } = policy;
  return Math.ceil(Math.min(maxBlock, blockDuration * backoff ** Math.min(Math.max(0, level - 1), 64)));
}
