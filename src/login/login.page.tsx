import type { Milliseconds } from 'nestjs-redis-session';
import { Countdown } from '../pages/countdown.js';
import { Card, Field, Notice } from '../pages/parts.js';

export interface LoginPageProps {
  /** Who is logged in already. */
  username?: string;
  /** What was typed as the user name in an attempt that failed. */
  typed?: string;
  /** The path to lead to, of this site. */
  to: string;
  /** Why the last attempt failed. */
  problem?: string;
  /** How long no attempt is let through. */
  wait?: Milliseconds;
}

export function LoginPage({ username, typed, to, problem, wait }: LoginPageProps) {
  if (username !== undefined) {
    return (
      <Card title={`You are logged in as ${username}`} level={1}>
        <p>To log in as somebody else, log out first.</p>
      </Card>
    );
  }
  return (
    <Card title="Log in" level={1}>
      <p class="soft">The users are alice, bob and admin; their passwords are in the README.</p>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      {wait !== undefined && <Wait time={wait} />}
      <form class="stack" method="post" action="/login">
        <input type="hidden" name="to" value={to} />
        <Field name="username" label="User name" value={typed} autocomplete="username" required />
        <Field name="password" label="Password" type="password" autocomplete="current-password" required />
        <div class="tick">
          <input id="rememberMe" name="rememberMe" type="checkbox" />
          <label for="rememberMe">Remember me on this device</label>
        </div>
        <button>Log in</button>
      </form>
    </Card>
  );
}

/** Until when to wait; public/login.js counts, and lets the button wait too. */
function Wait({ time }: { time: Milliseconds }) {
  return (
    <>
      <p id="wait" class="row">
        <span class="number">
          <Countdown left={time} over="now" />
        </span>
        <span>
          until the next attempt. <a href="/login-limits">What is counted, and why</a>
        </span>
      </p>
      <p id="wait-over" role="status"></p>
      <script type="module" src="/assets/login.js" />
    </>
  );
}
