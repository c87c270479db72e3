import { Card } from '../pages/parts.js';
import type { GuideRow } from './guide.row.js';

export function GuidePage({ rows }: { rows: readonly GuideRow[] }) {
  const chapters = [...new Set(rows.map(({ chapter }) => chapter))];
  return (
    <>
      <Card title="The guide, working" level={1}>
        <p>
          Each chapter, pattern and exercise of the guide to Redis session storage, and where this application
          shows it. Programs get JSON from the same addresses.
        </p>
        <img
          class="wide"
          src="/assets/flow.svg"
          width="760"
          height="300"
          alt="The browser sends a cookie; the application loads the session from Redis in one round trip, runs the handler, saves the session, and only then answers."
        />
      </Card>
      {chapters.map((chapter) => (
        <section class="card chapter" key={chapter}>
          <h2>{chapter}</h2>
          <ul class="places">
            {rows
              .filter((row) => row.chapter === chapter)
              .map((row) => (
                <Row key={row.topic} row={row} />
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function Row({ row: { topic, here, page, routes } }: { row: GuideRow }) {
  return (
    <li>
      <h3>{page === undefined ? topic : <a href={page}>{topic}</a>}</h3>
      <p>{here}</p>
      <p class="soft">
        {routes.map((route, index) => (
          <>
            {index > 0 && ' '}
            <code key={route}>{route}</code>
          </>
        ))}
      </p>
    </li>
  );
}
