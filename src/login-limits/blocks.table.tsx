import { seconds } from 'nestjs-redis-session';
import { Countdown } from '../pages/countdown.js';
import { Instant } from '../pages/parts.js';
import type { BlockView } from './blocks.view.js';

const KINDS: Record<BlockView['kind'], string> = {
  account: 'account, from everywhere',
  address: 'address, on all accounts',
  pair: 'account from one address',
};

/** The blocks, each with a button that lifts it. */
export function BlocksTable({ blocks }: { blocks: readonly BlockView[] }) {
  if (blocks.length === 0) return <p class="notice good">Nobody is blocked.</p>;
  return (
    <table class="stacks">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Account</th>
          <th scope="col">Address</th>
          <th scope="col">Since</th>
          <th scope="col">Until</th>
          <th scope="col" class="amount">
            In a row
          </th>
          <th scope="col">Lift</th>
        </tr>
      </thead>
      <tbody>
        {blocks.map((block) => (
          <BlockRow key={block.id} block={block} />
        ))}
      </tbody>
    </table>
  );
}

function BlockRow({ block }: { block: BlockView }) {
  const { id, kind, account, address, since, until, retryAfter, inARow, isDisabled, failures } = block;
  return (
    <tr>
      <td data-label="What">
        <span>
          {KINDS[kind]} {isDisabled && <span class="badge bad">disabled after {failures} failures</span>}
        </span>
      </td>
      <td data-label="Account">
        <Hash of={account} />
      </td>
      <td data-label="Address">
        <Hash of={address} />
      </td>
      <td data-label="Since">{since !== null && <Instant at={Date.parse(since)} />}</td>
      <td data-label="Until">
        {until === null ? (
          'its user is known again'
        ) : (
          <span>
            <Instant at={Date.parse(until)} />
            <br />
            <strong>
              <Countdown left={seconds(retryAfter)} over="over" />
            </strong>
          </span>
        )}
      </td>
      <td class="amount" data-label="In a row">
        {inARow}
      </td>
      <td>
        {until === null ? (
          <span class="soft">find the account by its name</span>
        ) : (
          <form method="post" action="/admin/blocks/unblock">
            <input type="hidden" name="id" value={id} />
            <button
              class="quiet"
              aria-label={`Unblock ${[account, address].filter(Boolean).map(short).join(' from ')}`}
            >
              Unblock
            </button>
          </form>
        )}
      </td>
    </tr>
  );
}

function Hash({ of }: { of: string | null }) {
  return of === null ? <span class="soft">all</span> : <code title={of}>{short(of)}</code>;
}

/** Enough to tell rows apart. */
const short = (hash: string | null): string => `${hash?.slice(0, 8)}…`;
