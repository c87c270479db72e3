import { Card } from '../pages/parts.js';

export function VisitsPage({ visitCount }: { visitCount: number }) {
  return (
    <Card title={`You have visited this page ${visitCount} time(s).`} level={1}>
      <p>
        The number is kept in your session, in Redis. Your browser holds nothing but a signed cookie that
        names the session.
      </p>
      <p>
        <a class="button" href="/">
          Visit again
        </a>
      </p>
    </Card>
  );
}
