// Figures as text, and docs/limiter-benchmark.md.
import { machine, packageVersions, writeMarkdown } from '../report.parts.js';
import { median, middleHalf } from '../statistics.js';
import { LIMITERS } from './limiters.js';

const TITLES = [
  'case',
  'under way',
  'limiter',
  'decisions/s',
  'ratio of this library to it',
  'middle half',
  'commands',
  'round trips',
];
/** What a decision may cost more than the best single limiter and still be level: what runs of the same differ by. */
const LEVEL = 0.95;

/** One row for each limiter. A ratio is of measurements of one round, and what is shown is the median of the ratios. */
export function summary({ name, from, speeds, traffic }, width) {
  const found = speeds[width];
  const keys = Object.keys(LIMITERS).filter((key) => key in found);
  return keys.map((key) => {
    const values = found[key];
    const ratios = found.ours.map((own, round) => own / values[round]);
    const [low, high] = middleHalf(ratios);
    const { commands, trips } = traffic[key];
    return {
      name,
      from,
      width,
      key,
      ratio: median(ratios),
      trips,
      cells: [
        name === 'blocked' ? name : `${name}, ${from}`,
        width,
        LIMITERS[key].title,
        Math.round(median(values)).toLocaleString('en'),
        key === 'ours' ? '' : `${median(ratios).toFixed(2)}`,
        key === 'ours' ? '' : `${low.toFixed(2)} to ${high.toFixed(2)}`,
        commands.toFixed(2),
        trips.toFixed(2),
      ],
    };
  });
}

/** What the limiter is meant to reach, and whether it does, at each number of decisions under way. */
export function goals(rows) {
  const trips = (name, most) => {
    const found = Math.max(
      ...rows.filter((row) => row.key === 'ours' && row.name === name).map((row) => row.trips),
    );
    return [found.toFixed(2), found <= most ? 'PASS' : 'FAIL'];
  };
  const ratio = (goal, { name, from, keys, least }) => {
    const of = rows.filter((row) => row.name === name && row.from === from && keys.includes(row.key));
    const widths = [...new Set(of.map((row) => row.width))];
    return widths.map((width) => {
      const lowest = Math.min(...of.filter((row) => row.width === width).map((row) => row.ratio));
      return [`${goal}, ${width} under way`, lowest.toFixed(2), lowest >= least ? 'PASS' : 'FAIL'];
    });
  };
  const login = { keys: ['login'] };
  const singles = { keys: ['single', 'express'], least: LEVEL };
  return [
    ['round trips when allowed: 1.0', ...trips('allowed', 1)],
    ['round trips when blocked: 0', ...trips('blocked', 0)],
    ...['fixed', 'varied'].flatMap((from) => [
      ...ratio(`6 times the login pattern, allowed, ${from}`, { name: 'allowed', from, least: 6, ...login }),
      ...ratio(`level with one INCR script (${LEVEL} or more), allowed, ${from}`, {
        name: 'allowed',
        from,
        ...singles,
      }),
    ]),
    ...ratio('50 times the login pattern, blocked', { name: 'blocked', from: 'fixed', least: 50, ...login }),
  ];
}

/** What the goals come to for limiters that do next to nothing, from the same run. */
function bounds(rows) {
  const of = (key, { from, width }) =>
    rows.find((row) => row.name === 'allowed' && row.key === key && row.from === from && row.width === width);
  return rows
    .filter((row) => row.name === 'allowed' && row.key === 'login')
    .map((login) => {
      const [three, ping] = [of('three', login), of('ping', login)];
      const best = Math.min(of('single', login).ratio, of('express', login).ratio);
      return [
        `allowed, ${login.from}`,
        login.width,
        (login.ratio / ping.ratio).toFixed(2),
        (login.ratio / three.ratio).toFixed(2),
        (best / three.ratio).toFixed(2),
        three.ratio.toFixed(2),
      ];
    });
}

const BOUND_TITLES = [
  'case',
  'under way',
  'PING to the login pattern',
  'three INCR to the login pattern',
  'three INCR to the faster single limiter',
  'this library to three INCR',
];

const HOW = `
## How it is measured

All limiters run in one process against one Redis, each with a connection of its own and the options that its documentation
recommends, one after the other in rounds; another one is first in each round, and the warm-up is dropped. So many decisions are
under way at one time, and each one that ends begins the next. Decisions per second are medians over the rounds. What else a machine does
changes them, and changes ratios much less: a ratio is taken within a round, and shown are the median of the ratios and where the
middle half of them lies.

Every guess is wrong. **Allowed**: limits are out of reach. **fixed**: 100 accounts that exist, each from one address of its own,
again and again. **varied**: names that do not exist, from the addresses of an attacker's many machines. **Blocked**: the fixed ones, over
their limits. One decision is

- **this library**: \`reserve()\` and, where it allows, \`fail()\`: account, address and pair, as \`app.get(LoginAttemptLimiter)\` of an
  application does it;
- **rate-limiter-flexible, login pattern**: "Login endpoint protection" of its wiki: \`get\` of both limiters, refused if one is
  over its limit, otherwise \`consume\` of both; address and pair, not the account;
- **rate-limiter-flexible, one limiter**: \`consume\` of one key, the pair; with \`inMemoryBlockOnConsumed\` it refuses from memory, too;
- **rate-limit-redis**: \`increment\` of one key, as express-rate-limit's middleware asks it, and the comparison with the limit;
- **@nest-lab/throttler-storage-redis**: \`increment\` of one key, as the guard of @nestjs/throttler asks it.

Only the first two limit logins: the others count one key, and are here because one INCR in one script is what a decision costs at least.

**Commands** are what is sent to Redis for one decision; MULTI and EXEC are some, what a script does inside Redis is none.
**Round trips** are how many times one decision waits for Redis, one after the other. Both are counted at the client, over 500 decisions
of which each waits for the one before. With several under way, this library puts up to 16 decisions into one command; each of them
still waits for one round trip.
A blocked key is asked for again every 5 seconds, so that an unblock elsewhere takes effect.
`;

/** Writes docs/limiter-benchmark.md. */
export async function writeReport({ rows, reached, rounds, duration, redis }) {
  const packages = [
    '@nestjs/core',
    'ioredis',
    'rate-limiter-flexible',
    'rate-limit-redis',
    '@nest-lab/throttler-storage-redis',
  ];
  const table = (titles, lines) =>
    [titles, titles.map(() => '---'), ...lines].map((line) => `| ${line.join(' | ')} |`);
  await writeMarkdown('limiter-benchmark.md', [
    '# The login-attempt limiter beside other limiters',
    '',
    'Written by `npm run bench:limiter` from one run; do not edit it by hand.',
    '',
    `- ${machine()}`,
    `- ${redis.replace(/, on [\d.:]+$/, '')}`,
    `- ${packageVersions(packages)}`,
    `- ${rounds} rounds of ${duration} ms for each figure`,
    '',
    '## Goals',
    '',
    ...table(['goal', 'measured', ''], reached),
    '',
    '## What can be reached',
    '',
    'A decision that asks Redis once is no faster than one PING, and one with three limits no faster than three INCR in one script. Where these',
    'miss a goal, everything does that limits account, address and pair. This library also reads what it counts, because it blocks, gives back',
    'and remembers blocks: three records are read and written where the single limiters add 1 to one.',
    '',
    ...table(BOUND_TITLES, bounds(rows)),
    '',
    '## Figures',
    '',
    ...table(
      TITLES,
      rows.map(({ cells }) => cells),
    ),
    HOW,
  ]);
}
