// What is to be reached, and whether it is.
import { VARIANTS } from './variants.js';

const HOT = 64;

const ASKED = [
  {
    kind: 'near',
    title: 'with near cache',
    read: { ratio: 0.95, trips: 0, cpu: 0.2 },
    write: { trips: 1, cpu: 0.4 },
    fastify: 0.4,
    time: 0.15,
  },
  {
    kind: 'ours',
    title: 'without near cache',
    read: { ratio: 0.8, trips: 1, cpu: 0.35 },
    write: { trips: 2, cpu: 0.5 },
    fastify: 0.7,
    time: 0.5,
  },
];

const number = (value) => value.toFixed(2);
const range = ({ median, half }) => `${number(median)} (${half.map(number).join(' to ')})`;

/** @returns rows of goal, variant, what is asked for, what was found (with the middle half), and the verdict */
export function goals(summary) {
  const rows = [];
  const name = (action, connections = HOT) => `${action} small ${connections}`;

  const add = (goal, key, { asked, found, isReached }) =>
    rows.push([goal, VARIANTS[key].adapter, asked, found, isReached ? 'PASS' : 'FAIL']);
  const absent = (goal, key, asked) =>
    rows.push([goal, VARIANTS[key].adapter, asked, 'not built yet', 'FAIL']);
  const least = (goal, key, asked, found) =>
    add(goal, key, {
      asked: `at least ${number(asked)}`,
      found: range(found),
      isReached: found.median >= asked,
    });
  const most = (goal, key, asked, found) =>
    add(goal, key, {
      asked: `at most ${number(asked)}`,
      found: range(found),
      isReached: found.median <= asked,
    });
  const trips = (goal, key, asked, action) => {
    const { trips: found } = summary.traffic(key, action);
    // A touch now and then is no round trip of every request.
    add(goal, key, {
      asked: asked.toFixed(1),
      found: number(found),
      isReached: Math.abs(found - asked) < 0.05,
    });
  };

  for (const adapter of ['express', 'fastify']) {
    for (const ask of ASKED) {
      const key = `${adapter}-${ask.kind}`;
      const hot = `read ${ask.title}`;
      const write = `write ${ask.title}`;
      if (!summary.has(key, name('read'))) {
        absent(hot, key, `${ask.read.ratio} of requests/s, ${ask.read.trips} round trips`);
        continue;
      }
      least(`${hot}: requests/s of the bare app's`, key, ask.read.ratio, summary.ratio(key, name('read')));
      trips(`${hot}: round trips`, key, ask.read.trips, 'read');
      most(`${hot}: added CPU of the guide's`, key, ask.read.cpu, summary.addedCpu(key, name('read')));
      trips(`${write}: round trips`, key, ask.write.trips, 'write');
      most(`${write}: added CPU of the guide's`, key, ask.write.cpu, summary.addedCpu(key, name('write')));
      if (adapter === 'fastify') {
        const found = summary.addedCpu(key, name('read'), 'fastify-session');
        most(`${hot}: added CPU of @fastify/session's`, key, ask.fastify, found);
      }
      const alone = summary.addedTime(key, name('read', 1));
      most(`${hot}, 1 connection: added median time of the guide's`, key, ask.time, alone);
      if (ask.kind === 'ours')
        most(`${hot}: Redis's CPU of connect-redis's`, key, 1, summary.redisCpu(key, name('read')));
      withoutCookie(key, ask.title, adapter, 'without');
      withoutCookie(key, `${ask.title}, session not asked for`, adapter, 'plain');
    }
  }
  return rows;

  function withoutCookie(key, title, adapter, action) {
    const goal = `request without a cookie ${title}`;
    const { commands } = summary.traffic(key, action);
    add(`${goal}: Redis commands`, key, { asked: '0', found: number(commands), isReached: commands === 0 });
    const found = summary.ratio(key, name(action));
    const noise = summary.ratio(`${adapter}-bare-again`, name(action));
    add(`${goal}: requests/s of the bare app's`, key, {
      asked: `bare against itself: ${number(noise.least)} to ${number(noise.most)}`,
      found: range(found),
      isReached: found.median >= noise.least,
    });
  }
}
