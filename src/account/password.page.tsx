import type { Refusal } from '../pages/error.filter.js';
import { Card, Field, Notice } from '../pages/parts.js';
import { SHORTEST_PASSWORD } from '../users/password.rule.js';
import { NameForManagers } from './name-for-managers.part.js';

export interface PasswordPageProps {
  username?: string;
  /** Why the last attempt failed. */
  refusal?: Refusal;
}

export function PasswordPage({ username, refusal }: PasswordPageProps) {
  const { problems, message } = refusal ?? {};
  return (
    <Card title="Change your password" level={1}>
      <p>
        When it is changed, you stay logged in here and are logged out on all other devices, so nobody who
        knew the old one is still inside.
      </p>
      {refusal && <Notice kind="bad">{problems ? 'Nothing was changed. Please see below.' : message}</Notice>}
      <form class="stack" method="post" action="/account/password" data-shortest={SHORTEST_PASSWORD}>
        <NameForManagers username={username} />
        <Field
          name="newPassword"
          label="New password"
          type="password"
          hint={`At least ${SHORTEST_PASSWORD} characters of any kind. A few words that do not belong together are easy to remember.`}
          autocomplete="new-password"
          problem={problems?.['newPassword']}
          required
        />
        <Field
          name="repeat"
          label="New password again"
          type="password"
          autocomplete="new-password"
          problem={problems?.['repeat']}
          required
        />
        <div class="row">
          <button>Change password</button>
          <a href="/account">Cancel</a>
        </div>
      </form>
      <script type="module" src="/assets/account.js" />
    </Card>
  );
}
