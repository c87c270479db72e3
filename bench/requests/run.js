// Sessions side by side: `npm run bench`. About 75 minutes; writes docs/benchmarks.md and docs/images/benchmarks.svg.
//   -- --quick                 short rounds of the main cases, under two minutes; writes nothing
//   -- --part growth           one part only (requests, growth, storage), the others as they were measured last
//   -- --soak 10               only so many minutes under full load
//   -- --rounds 6              fewer rounds than twelve: two such runs differ by more than they tell
//   -- --only express-bare,express-near --case "read small 64"     some variants or cases only; writes nothing
//   -- --page                  measures nothing, writes the page anew
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { startRedis } from 'redis-anywhere';
import { goals } from './goals.js';
import { measureGrowth } from './growth.js';
import { GOAL_TITLES, writeReport } from './report.js';
import { keepResult, readResults } from './results.js';
import { measureRounds, PLANS } from './rounds.js';
import { soak } from './soak.js';
import { measureStorage } from './storage.js';
import { summarise } from './summary.js';
import { caseTables, growthTables, plainTables, soakTable, storageTables } from './tables.js';
import { VARIANTS } from './variants.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    part: { type: 'string' },
    soak: { type: 'string' },
    rounds: { type: 'string' },
    only: { type: 'string' },
    case: { type: 'string' },
  },
});
const isQuick = values.quick;
const isWhole = values.only === undefined && values.case === undefined;
const plan = { ...(isQuick ? PLANS.quick : PLANS.full) };
if (values.rounds !== undefined) plan.rounds = positive('rounds');
const keys = values.only === undefined ? undefined : chosen('only', Object.keys(VARIANTS));
if (values.case !== undefined) {
  const names = chosen(
    'case',
    plan.cases.map(({ name }) => name),
  );
  plan.cases = plan.cases.filter(({ name }) => names.includes(name));
}
const minutes = values.soak === undefined ? undefined : positive('soak');

const started = performance.now();
const elapsed = () => {
  const seconds = Math.round((performance.now() - started) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
const say = (what) => console.log(`[${elapsed()}] ${what}`);
const show = (table) => console.log(`\n${table.map((cells) => cells.join(' | ')).join('\n')}\n`);

const PARTS = {
  async requests(how) {
    const { rounds, duration } = plan;
    const result = {
      found: await measureRounds({ ...how, plan, keys }),
      rounds,
      duration,
    };
    const summary = summarise(result.found);
    if (!isWhole) {
      for (const table of plainTables(result.found)) show(table);
      return result;
    }
    for (const { title, table } of caseTables(summary)) show([[title], ...table]);
    // Two short rounds tell what is far off, and nothing else.
    if (!isQuick) show([GOAL_TITLES, ...goals(summary)]);
    return result;
  },
  async growth(how) {
    const result = await measureGrowth(how);
    for (const table of Object.values(growthTables(result))) show(table);
    return result;
  },
  async storage(how) {
    const result = await measureStorage(how);
    for (const table of Object.values(storageTables(result))) show(table);
    return result;
  },
  async soak(how) {
    const result = await soak({ ...how, minutes });
    show(soakTable(result));
    return result;
  },
};

if (values.page) await writeReport(readResults());
else await run(wanted());

function wanted() {
  if (minutes !== undefined) return ['soak'];
  if (values.part === undefined)
    return isQuick || !isWhole ? ['requests'] : ['requests', 'growth', 'storage'];
  if (values.part in PARTS && values.part !== 'soak') return [values.part];
  throw new RangeError('--part must be requests, growth or storage.');
}

async function run(parts) {
  const redis = await startRedis({
    onProgress: () => undefined,
    env: { ...process.env, REDIS_URL: undefined },
  });
  const admin = new Redis(redis.url);
  try {
    say(redis.description);
    for (const part of parts) {
      const result = await PARTS[part]({
        isQuick,
        redisUrl: redis.url,
        admin,
        say: (what) => say(`${part}: ${what}`),
      });
      // Kept at once, so that a later part that fails does not take it along.
      if (!isQuick && isWhole) await writeReport(keepResult(part, result, { redis: await versionOf(admin) }));
    }
    say('done');
  } finally {
    admin.disconnect();
    await redis.stop();
  }
}

async function versionOf(admin) {
  return `Redis ${/redis_version:([\d.]+)/.exec(await admin.info('server'))[1]}`;
}

function chosen(name, known) {
  const names = values[name].split(',');
  const unknown = names.filter((each) => !known.includes(each));
  if (unknown.length > 0)
    throw new RangeError(`--${name} does not know ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  return names;
}

function positive(name) {
  const value = Number(values[name]);
  if (!(value > 0)) throw new RangeError(`--${name} must be a number above 0.`);
  return value;
}
