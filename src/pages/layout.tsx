import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Frame } from './frame.js';
import { PLACES } from './navigation.js';
import { SessionEnd } from './session-end.js';

export interface Page {
  title: string;
  frame: Frame;
  children: ComponentChildren;
}

/** A whole page as text. Everything that is put into it is escaped. */
export function render(page: Page): string {
  return `<!doctype html>${renderToString(<Layout {...page} />)}`;
}

function Layout({ title, frame, children }: Page) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Redis sessions with NestJS`}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/app.css" />
        <script type="module" src="/assets/app.js" />
        {frame.username !== undefined && (
          <script type="module" src="/assets/watch.js" data-still-here="/devices/still-here" />
        )}
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to the content
        </a>
        <header>
          <div class="bar">
            <a class="brand" href="/">
              <img src="/assets/icon.svg" alt="" width="28" height="28" />
              Redis sessions
            </a>
            <Account frame={frame} />
          </div>
          <Navigation frame={frame} />
        </header>
        <main id="content" tabindex={-1}>
          {children}
        </main>
        <footer>
          The sample application of nestjs-redis-session. Programs get JSON: send{' '}
          <code>Accept: application/json</code>.
        </footer>
        {frame.username !== undefined && <SessionEnd login={frame.login} />}
      </body>
    </html>
  );
}

function Navigation({ frame: { path, username, isAdmin } }: { frame: Frame }) {
  const open = PLACES.filter(
    (place) => place.for === undefined || (place.for === 'admins' ? isAdmin : username !== undefined),
  );
  return (
    <nav aria-label="Features">
      <ul>
        {open.map((place) => (
          <li key={place.path}>
            <a href={place.path} aria-current={isAt(place.path, path) ? 'page' : undefined}>
              {place.name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Account({ frame: { username, login } }: { frame: Frame }) {
  if (username === undefined) {
    return (
      <a class="button quiet" href={login}>
        Log in
      </a>
    );
  }
  return (
    <form class="account" method="post" action="/logout">
      <span>
        <span class="soft">Logged in as</span> <strong>{username}</strong>
      </span>
      <button class="quiet">Log out</button>
    </form>
  );
}

const isAt = (place: string, path: string): boolean =>
  place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`);
