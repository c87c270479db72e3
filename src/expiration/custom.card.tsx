import { Card, Field } from '../pages/parts.js';
import { MOST_MINUTES } from './expiration.body.js';

export interface CustomCardProps {
  level?: 1 | 2;
  /** The lifetime in force, minutes. */
  minutes?: number | null;
  typed?: string;
  /** What is wrong with what was typed. */
  problem?: string;
}

/** The form for a lifetime of this session's own. */
export function CustomCard({ level = 2, minutes = null, typed, problem }: CustomCardProps) {
  return (
    <Card title="A lifetime of its own" level={level}>
      <p>
        A handler sets <code>session.cookie.maxAge</code>, and this one session gets another idle timeout, in
        Redis and in the cookie.
      </p>
      <form class="stack" method="post" action="/expiration/custom">
        <Field
          name="minutes"
          label="Minutes without activity"
          hint={`From 1 to ${MOST_MINUTES}; 120 are the two hours of the guide`}
          type="number"
          min={1}
          max={MOST_MINUTES}
          value={typed ?? minutes ?? 120}
          problem={problem}
          required
        />
        <button>Use it for this session</button>
      </form>
      {minutes !== null && (
        <form method="post" action="/expiration/default">
          <button class="quiet">Back to the configured lifetime</button>
        </form>
      )}
    </Card>
  );
}
