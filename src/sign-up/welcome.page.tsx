import { Card, Notice } from '../pages/parts.js';

/** What programs are told of an account that was made. */
export interface Welcome {
  success: true;
  username: string;
  /** Whether this client is logged in now: of several submits at once, only one gets the fresh cookie. */
  loggedIn: boolean;
}

export function WelcomePage({ username, loggedIn }: Welcome) {
  return (
    <Card title={`Welcome, ${username}!`} level={1}>
      <Notice kind="good">Your account is made{loggedIn ? ', and you are logged in' : ''}.</Notice>
      {loggedIn ? (
        <p>
          You have a new session with a new id, and what you typed is no longer in it: it is in the database
          now.
        </p>
      ) : (
        <p>You can log in with your name and your password.</p>
      )}
      <p class="row">
        <a class="button" href={loggedIn ? '/' : '/login'}>
          {loggedIn ? 'Go on' : 'Log in'}
        </a>
      </p>
    </Card>
  );
}
