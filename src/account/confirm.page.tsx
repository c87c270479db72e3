import type { Refusal } from '../pages/error.filter.js';
import { Card, Field, Notice } from '../pages/parts.js';
import { NameForManagers } from './name-for-managers.part.js';

export interface ConfirmPageProps {
  username?: string;
  /** The path to lead to, of this site. */
  to: string;
  /** Why the last attempt failed. */
  refusal?: Refusal;
}

export function ConfirmPage({ username, to, refusal }: ConfirmPageProps) {
  const isWrong = refusal?.code === 'INVALID_CREDENTIALS';
  return (
    <Card title="Confirm your password" level={1}>
      <p>
        You are logged in as <strong>{username}</strong>. What comes next is important, so please give your
        password once more.
      </p>
      {refusal && <Notice kind="bad">{isWrong ? 'The password is wrong.' : refusal.message}</Notice>}
      <form class="stack" method="post" action="/account/confirm">
        <NameForManagers username={username} />
        <input type="hidden" name="to" value={to} />
        <Field
          name="password"
          label="Password"
          type="password"
          autocomplete="current-password"
          problem={refusal?.problems?.['password']}
          required
        />
        <div class="row">
          <button>Continue</button>
          <a href="/account">Cancel</a>
        </div>
      </form>
    </Card>
  );
}
