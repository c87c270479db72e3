import type { ListedSession } from 'nestjs-redis-session';
import { Card, Instant, Notice } from '../pages/parts.js';
import type { User } from '../users/user.js';

export interface AccountPageProps {
  user: User;
  session: ListedSession;
  /** Whether the password was changed just now. */
  isChanged: boolean;
}

export function AccountPage({ user, session, isChanged }: AccountPageProps) {
  const { authenticatedAt, expiresAt, remembered } = session;
  return (
    <>
      {isChanged && (
        <Notice kind="good">
          Your password was changed. You stay logged in here; on all other devices you are logged out.
        </Notice>
      )}
      <Card title={`You are ${user.name}`} level={1}>
        <dl>
          <dt>Roles</dt>
          <dd>{user.roles.join(', ') || 'none'}</dd>
          <dt>Password given</dt>
          <dd>
            <Instant at={authenticatedAt} />
          </dd>
          <dt>Level</dt>
          <dd>
            <Level {...session} />
          </dd>
          <dt>Remember me</dt>
          <dd>{remembered ? 'ticked: this device stays logged in' : 'not ticked'}</dd>
          <dt>Ends</dt>
          <dd>
            <Instant at={expiresAt} /> <span class="soft">if nothing more happens</span>
          </dd>
        </dl>
        <p class="row">
          <a class="button" href="/account/password">
            Change password
          </a>
          <a class="button quiet" href="/devices">
            Your devices
          </a>
        </p>
      </Card>
    </>
  );
}

function Level({ level }: Pick<ListedSession, 'level'>) {
  if (level === 'fresh') return <span class="badge good">fresh</span>;
  return (
    <>
      <span class="badge warn">remembered</span>{' '}
      <span class="soft">
        You have been away for a while, so the password is asked for before something important.
      </span>
    </>
  );
}
