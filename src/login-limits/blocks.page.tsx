import { seconds } from 'nestjs-redis-session';
import { lengthOf } from '../pages/countdown.js';
import { Card, Field, Notice } from '../pages/parts.js';
import type { FindBody, News } from './blocks.body.js';
import { BlocksTable } from './blocks.table.js';
import type { BlocksView, FoundView } from './blocks.view.js';

const NEWS: Record<NonNullable<News>, string> = {
  unblocked: 'The block is lifted. Other processes of this application know it within five seconds.',
  reset: 'The block is lifted and the failures in a row are forgotten, so the password counts again.',
};

export function BlocksPage({ view, news }: { view: BlocksView; news?: News }) {
  return (
    <>
      {news !== undefined && <Notice kind="good">{NEWS[news]}</Notice>}
      <Card title="Blocks" level={1}>
        <p>
          These logins are refused right now. Redis holds hashes instead of names and addresses, so whose a
          block is shows only a search; the same account or address has the same hash in every row.
        </p>
        <BlocksTable blocks={view.blocks} />
        {!view.isComplete && <p class="soft">There are more; search for the one you look for.</p>}
      </Card>
      <FindCard />
      <script type="module" src="/assets/countdown.js" />
    </>
  );
}

export function FoundPage({ view, sought }: { view: FoundView; sought: FindBody }) {
  const { account, address } = view;
  return (
    <>
      <Card title="Found" level={1}>
        <div class="cards">
          {account && (
            <section>
              <h2>
                Account <q>{sought.account}</q>{' '}
                {account.isDisabled && <span class="badge bad">disabled</span>}
              </h2>
              <dl>
                <dt>Attempts counted</dt>
                <dd>{account.attempts}</dd>
                <dt>Blocked everywhere</dt>
                <dd>{blockedIn(account.retryAfter)}</dd>
                <dt>Failures in a row</dt>
                <dd>{account.failures}</dd>
              </dl>
            </section>
          )}
          {address && (
            <section>
              <h2>
                Address <q>{sought.address}</q>
              </h2>
              <dl>
                <dt>Counted as</dt>
                <dd>
                  <code>{address.network}</code>
                </dd>
                <dt>Attempts counted</dt>
                <dd>{address.attempts}</dd>
                <dt>Blocked on all accounts</dt>
                <dd>{blockedIn(address.retryAfter)}</dd>
                <dt>Accounts tried today</dt>
                <dd>
                  {address.accountsTried}, {address.accountsSucceeded} of them logged in to
                </dd>
              </dl>
            </section>
          )}
        </div>
        <BlocksTable blocks={view.blocks} />
        <div class="row">
          <form method="post" action="/admin/blocks/unblock">
            <Hidden {...sought} />
            <button>Lift all of this, and forget what is counted</button>
          </form>
          {account?.isDisabled && (
            <form method="post" action="/admin/blocks/reset">
              <Hidden account={sought.account} />
              <button class="danger">Let the password count again</button>
            </form>
          )}
          <a href="/admin/blocks">All blocks</a>
        </div>
        {account?.isDisabled && (
          <p class="soft">
            Let it count again only once its user has proved otherwise who it is, and has a new password.
          </p>
        )}
      </Card>
      <FindCard sought={sought} />
      <script type="module" src="/assets/countdown.js" />
    </>
  );
}

interface FindCardProps {
  level?: 1 | 2;
  sought?: FindBody;
  /** What is wrong with what was sent. */
  problem?: string;
  problems?: Readonly<Record<string, string>>;
}

/** The form for finding blocks by name or address. */
export function FindCard({ level = 2, sought = {}, problem, problems = {} }: FindCardProps) {
  return (
    <Card title="Find by name or address" level={level}>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      <form class="stack" method="post" action="/admin/blocks/find">
        <Field
          name="account"
          label="Account"
          hint="The name that is typed at the login"
          value={sought.account}
          problem={problems['account']}
          autocomplete="off"
        />
        <Field
          name="address"
          label="Address"
          hint="Such as 203.0.113.7"
          value={sought.address}
          problem={problems['address']}
          autocomplete="off"
        />
        <button>Find</button>
      </form>
    </Card>
  );
}

function Hidden({ account, address }: FindBody) {
  return (
    <>
      {account !== undefined && <input type="hidden" name="account" value={account} />}
      {address !== undefined && <input type="hidden" name="address" value={address} />}
    </>
  );
}

const blockedIn = (retryAfter: number): string =>
  retryAfter > 0 ? `for ${lengthOf(seconds(retryAfter))}` : 'no';
