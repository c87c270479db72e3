import {
  type LoginAttemptStatus,
  type LoginBlock,
  type LoginBlocks,
  type Milliseconds,
  seconds,
} from 'nestjs-redis-session';

/** One block as `GET /admin/blocks` tells it. Whose it is, Redis does not know; hashes of the same account or address are equal. */
export interface BlockView {
  id: string;
  kind: LoginBlock['by'];
  account: string | null;
  address: string | null;
  /** When it began and when it ends; `null` for a disabled credential that is not blocked. */
  since: string | null;
  until: string | null;
  /** Seconds until then. */
  retryAfter: number;
  inARow: number;
  failures: number;
  isDisabled: boolean;
}

export interface BlocksView {
  blocks: BlockView[];
  /** Whether these are all. */
  isComplete: boolean;
}

/** What `POST /admin/blocks/find` tells: the blocks, and what else is counted of who was looked for. */
export interface FoundView extends BlocksView {
  account: { attempts: number; retryAfter: number; failures: number; isDisabled: boolean } | null;
  address: {
    network: string;
    attempts: number;
    retryAfter: number;
    accountsTried: number;
    accountsSucceeded: number;
  } | null;
}

const inSeconds = (time: Milliseconds): number => Math.ceil(time / seconds(1));

export function blocksView({ blocks, isComplete }: LoginBlocks, now: number): BlocksView {
  return { blocks: blocks.map((block) => blockView(block, now)), isComplete };
}

function blockView(
  { by, account, address, blockedFor, duration, ...block }: LoginBlock,
  now: number,
): BlockView {
  const { id, inARow, failures, isDisabled } = block;
  const until = now + blockedFor;
  const isBlocked = blockedFor > 0;
  return {
    id,
    kind: by,
    account: account ?? null,
    address: address ?? null,
    since: isBlocked ? new Date(until - duration).toISOString() : null,
    until: isBlocked ? new Date(until).toISOString() : null,
    retryAfter: inSeconds(blockedFor),
    inARow,
    failures,
    isDisabled,
  };
}

export function foundView(
  blocks: LoginBlocks,
  { account, address }: LoginAttemptStatus,
  now: number,
): FoundView {
  return {
    ...blocksView(blocks, now),
    account: account
      ? {
          attempts: account.attempts,
          retryAfter: inSeconds(account.blockedFor),
          failures: account.failures,
          isDisabled: account.isDisabled,
        }
      : null,
    address: address
      ? {
          network: address.network,
          attempts: address.attempts,
          retryAfter: inSeconds(address.blockedFor),
          accountsTried: address.accountsTried,
          accountsSucceeded: address.accountsSucceeded,
        }
      : null,
  };
}
