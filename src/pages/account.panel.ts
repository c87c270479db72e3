import { type Html, html } from './html.js';

/** What the panel shows. */
export interface AccountPanel {
  /** Who is logged in; without it, the form to log in is shown. */
  username?: string;
  /** What was typed as the user name in an attempt that failed. */
  typed?: string;
  /** Why the last attempt failed. */
  problem?: string;
}

/** Who is logged in with a button to log out, or a form to log in. */
export function accountPanel({ username, typed, problem }: AccountPanel): Html {
  if (username !== undefined) {
    return html`<section>
      <h2>You are logged in as ${username}</h2>
      <form method="post" action="/logout"><button>Log out</button></form>
    </section>`;
  }
  return html`<section>
    <h2>Log in</h2>
    <p class="soft">The users are alice, bob and admin; their passwords are in the README.</p>
    ${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
    <form method="post" action="/login">
      <div class="field">
        <label for="username">User name</label>
        <input
          id="username"
          name="username"
          value="${typed ?? ''}"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
        />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
      </div>
      <div class="tick">
        <input id="rememberMe" name="rememberMe" type="checkbox" />
        <label for="rememberMe">Remember me on this device</label>
      </div>
      <button>Log in</button>
    </form>
  </section>`;
}
