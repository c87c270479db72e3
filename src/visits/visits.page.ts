import { accountPanel } from '../pages/account.panel.js';
import { html } from '../pages/html.js';
import { page } from '../pages/page.layout.js';

export function visitsPage({ visitCount, username }: { visitCount: number; username?: string }): string {
  return page({
    title: 'Visits',
    body: html`<section>
        <h1>You have visited this page ${visitCount} time(s).</h1>
        <p>
          The number is kept in your session, in Redis. Your browser holds nothing but a signed cookie that
          names the session.
        </p>
        <p><a href="/">Visit again</a></p>
      </section>
      ${accountPanel({ username })}`,
  });
}
