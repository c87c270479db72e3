import { type Html, html } from './html.js';
import { STYLE_ELEMENT } from './page.style.js';

/** A whole page. It works without JavaScript, of which there is none. */
export function page({ title, body }: { title: string; body: Html }): string {
  return String(
    html`<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>${title}</title>
          <link rel="icon" href="data:," />
          ${STYLE_ELEMENT}
        </head>
        <body>
          <header>
            <strong>Redis sessions with NestJS</strong>
            <nav>
              <a href="/">Visits</a>
              <a href="/me">Who am I?</a>
              <a href="/health">Health</a>
            </nav>
          </header>
          <main>${body}</main>
          <footer>
            The sample application of nestjs-redis-session. Programs get JSON: send
            <code>Accept: application/json</code>.
          </footer>
        </body>
      </html>`,
  );
}
