// Figures as text, and docs/reliability.md.
import { readFileSync } from 'node:fs';
import { machine, packageVersions, writeMarkdown } from '../report.parts.js';

export const ms = (value) => (value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`);
export const bytes = (value) => `${value < 0 ? '-' : '+'}${(Math.abs(value) / 2 ** 20).toFixed(1)} MB`;
export const statuses = (counts) =>
  Object.entries(counts)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');

const HOW = `
## How it is measured

Each application runs in a process of its own, with a real Redis of its own, one after the other in the same run; another process
plays the browsers over HTTP. The handlers are the same file for all of them (\`bench/reliability/actions.js\`). A handler
that has to be slow waits at a gate until it is let go on, so what the races show does not depend on timing.

- **Keys lost.** Requests write one key each into one session, so many at a time. Afterwards the session is read and the keys that
  are missing are counted, whatever the requests were told.
- **Increments lost.** Requests add one to the same field, so many at a time; this library with \`SessionService.update\`.
- **Sessions revived.** A read and a write load the session and wait. The session is ended (expiry: \`PEXPIRE\` 1 ms, then
  waiting until it is gone). Then both go on, in half of the rounds the read first, in the other half the write. Counted is whether the
  session's key is back in Redis.
- **False 2xx.** Redis is made to refuse writes. Each browser writes a value of its own; an answer of 2xx is false if Redis does not
  hold the value when the answer has arrived.
- **Redis paused, killed.** Browsers ask one request after the other, every second one a write. A second later Redis is stopped, and later
  it comes back. The slowest answer is counted from the fault on (or from the request's start, if that was later). \`no answer\` is
  one that did not come within 60 s, \`broken\` a connection that was cut.
- **Corrupt values.** 22 values that are no session, or a strange one, are put under the key of a session, one after the other
  (\`bench/reliability/corrupt.values.js\`), and the session is read and written.
- **Heap.** 2,000 browsers at a time ask while Redis is not there, each for at most 5 s; \`no answer\` is one that gave up. Compared is the heap
  in use after garbage collection, with connections closed: before, when all of them had been served once, and afterwards.
`;

/** The part of the page that `FIGURES=1 npm run chaos` writes. */
function failovers() {
  const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
  const start = page.indexOf('## Failover');
  return start < 0 ? '' : page.slice(start);
}

/** Writes docs/reliability.md. */
export async function writeReport({ titles, rows, redis }) {
  const packages = ['@nestjs/core', 'express', 'fastify', 'express-session', 'connect-redis', 'ioredis'];
  const table = [['', ...titles], titles.map(() => '---').concat('---'), ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  await writeMarkdown('reliability.md', [
    '# Reliability, side by side',
    '',
    'Written by `npm run reliability` from one run; do not edit it by hand.',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${machine()}`,
    `- ${redis.replace(/, on [\d.:]+$/, '')}`,
    `- ${packageVersions(packages)}`,
    '- `redis.maxWait` of this library: 1 s (default); express-session and ioredis as they come',
    '',
    ...table,
    HOW,
    failovers(),
  ]);
}
