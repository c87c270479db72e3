import { Countdown } from './countdown.js';

/**
 * Warns whoever is logged in before the session ends. Closed until public/expiration.js, which asks how much is left, opens it and shows
 * the part that fits; without JavaScript it never opens, and the page "Expiration" tells when the session ends.
 */
export function SessionEnd({ login }: { login: string }) {
  return (
    <dialog id="session-end" aria-labelledby="session-end-title">
      <h2 id="session-end-title" tabindex={-1}>
        Are you still there?
      </h2>
      <div data-when="idle">
        <p>
          You will be logged out in{' '}
          <strong>
            <Countdown left={0} over="a moment" />
          </strong>
          , because nothing has happened for a while.
        </p>
        <div class="row">
          <form method="post" action="/expiration/stay">
            <button>Stay logged in</button>
          </form>
          <LogOut />
        </div>
        <p class="problem" role="status" data-problem></p>
      </div>
      <div data-when="absolute" hidden>
        <p>
          You will be logged out in{' '}
          <strong>
            <Countdown left={0} over="a moment" />
          </strong>
          . This session has reached its longest life, which nothing can extend. Finish what you are doing,
          and log in again.
        </p>
        <div class="row">
          <button type="button" data-close>
            I see
          </button>
          <LogOut />
        </div>
      </div>
      <div data-when="over" hidden>
        <p>Your session is over. What this page shows may be out of date.</p>
        <a class="button" href={login}>
          Log in again
        </a>
      </div>
      <script type="module" src="/assets/expiration.js" />
    </dialog>
  );
}

function LogOut() {
  return (
    <form method="post" action="/logout">
      <button class="quiet">Log out now</button>
    </form>
  );
}
