// The login-attempt limiter beside other limiters: `npm run bench:limiter`. About two minutes; writes docs/limiter-benchmark.md.
// `-- --rounds 30` measures longer, `-- --quick` takes two short rounds and writes nothing.
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { startRedis } from 'redis-anywhere';
import { LIMITERS } from './limiters.js';
import { block, SOURCES, speed, traffic } from './measure.js';
import { goals, summary, writeReport } from './report.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '12' }, quick: { type: 'boolean', default: false } },
});
const rounds = values.quick ? 2 : Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new RangeError('--rounds must be a whole number from 1.');
/** Not counted: the engine compiles, Redis learns the scripts. */
const WARM_UP = values.quick ? 1 : 2;
/** Of one measurement, in milliseconds. */
const DURATION = values.quick ? 60 : 160;
const WIDTHS = [1, 50, 200];

const CASES = [
  { name: 'allowed', from: 'fixed', isAllowed: true },
  { name: 'allowed', from: 'varied', isAllowed: true },
  { name: 'blocked', from: 'fixed', isAllowed: false },
];

const redis = await startRedis({
  onProgress: () => undefined,
  env: { ...process.env, REDIS_URL: undefined },
});
const admin = new Redis(redis.url);
const measured = CASES.map((each) => ({ ...each, limiters: new Map(), traffic: {}, speeds: {} }));
try {
  console.log(redis.description);
  for (const { name, limiters } of measured) {
    for (const [key, { make, only = name }] of Object.entries(LIMITERS)) {
      if (only === name) limiters.set(key, await make(redis.url, { blocks: name === 'blocked' }));
    }
  }
  const turns = { next: 1 };
  for (const each of measured) {
    for (const [key, limiter] of each.limiters) {
      const source = SOURCES[each.from];
      if (each.name === 'blocked') await block(limiter);
      // The first decisions load scripts and mark accounts as existing.
      await traffic(limiter, { source, turns });
      each.traffic[key] = await traffic(limiter, { source, turns });
    }
  }
  const started = performance.now();
  for (let round = -WARM_UP; round < rounds; round++) {
    await admin.flushall();
    for (const each of measured) for (const width of WIDTHS) await measure(each, { width, round, turns });
    const name = round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`;
    console.log(`${name} [${Math.round((performance.now() - started) / 1_000)} s]`);
  }
} finally {
  for (const { limiters } of measured) for (const limiter of limiters.values()) await limiter.close();
  admin.disconnect();
  await redis.stop();
}
const rows = measured.flatMap((each) => WIDTHS.flatMap((width) => summary(each, width)));
const reached = goals(rows);
for (const row of [...rows.map(({ cells }) => cells), ...reached]) console.log(row.join(' | '));
if (!values.quick)
  await writeReport({
    rows,
    reached,
    rounds,
    duration: DURATION,
    redis: redis.description.replace(/ in \/.*$/, ''),
  });

/** All limiters one after the other, another one first in each round: what else the machine does hits them alike. */
async function measure({ from, name, isAllowed, limiters, speeds }, { width, round, turns }) {
  const keys = [...limiters.keys()];
  const first = (round + WARM_UP) % keys.length;
  for (const key of [...keys.slice(first), ...keys.slice(0, first)]) {
    const limiter = limiters.get(key);
    if (name === 'blocked') await block(limiter);
    const found = await speed(limiter, {
      source: SOURCES[from],
      width,
      duration: DURATION,
      isAllowed,
      turns,
    });
    if (round >= 0) ((speeds[width] ??= {})[key] ??= []).push(found);
  }
}
