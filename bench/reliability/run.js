// Reliability, side by side: `npm run reliability`. About eight minutes; writes docs/reliability.md.
// `npm run reliability -- --quick` takes a tenth of everything and writes nothing.
import { falseSuccesses, corruptValues, heapGrowth, outage, REFUSALS } from './faults.js';
import { ENDS, lostIncrements, lostKeys, revived } from './races.js';
import { bytes, ms, statuses, writeReport } from './report.js';
import { System } from './system.js';

const isQuick = process.argv.includes('--quick');
const scale = isQuick ? 0.1 : 1;
const SIZE = {
  keys: 1_000 * scale,
  rounds: 100 * scale,
  refused: 20,
  browsers: 300,
  paused: 30_000 * scale,
  killed: 15_000 * scale,
  requests: 20_000 * scale,
};

const SYSTEMS = {
  express: 'this library, Express',
  fastify: 'this library, Fastify',
  'express-session': 'express-session + connect-redis, Express',
};

/** Rows of the table, and how their values are found. */
const CHECKS = [
  ...[2, 10, 50].map((width) => [
    [`keys lost of ${SIZE.keys}, ${width} requests at a time`],
    async (system) => [await lostKeys(system, { count: SIZE.keys, width })],
  ]),
  ...[2, 10, 50].map((width) => [
    [`increments lost of ${SIZE.keys}, ${width} requests at a time`],
    async (system) => [await lostIncrements(system, { count: SIZE.keys, width })],
  ]),
  ...Object.entries(ENDS).map(([name, end]) => [
    [`sessions revived of ${SIZE.rounds}: ${name}`],
    async (system) => [
      name === 'revoke-all' && system.kind === 'express-session'
        ? 'not offered'
        : await revived(system, { end, rounds: SIZE.rounds }),
    ],
  ]),
  ...Object.entries(REFUSALS).map(([name, refuse]) => [
    [`false 2xx of ${SIZE.refused}: ${name}`],
    async (system) => [await falseSuccesses(system, { refuse, requests: SIZE.refused })],
  ]),
  ...[
    {
      name: 'paused (SIGSTOP)',
      duration: SIZE.paused,
      begin: (redis) => redis.pause(),
      end: (redis) => redis.resume(),
    },
    {
      name: 'killed (SIGKILL)',
      duration: SIZE.killed,
      begin: (redis) => redis.kill(),
      end: (redis) => redis.restart(),
    },
  ].map(({ name, duration, begin, end }) => [
    [
      `Redis ${name} for ${duration / 1000} s under ${SIZE.browsers} browsers: slowest answer`,
      `Redis ${name}: first 2xx after its return`,
      `Redis ${name}: answers`,
    ],
    async (system) => {
      const found = await outage(system, { browsers: SIZE.browsers, duration, begin, end });
      return [ms(found.slowest), ms(found.recovery), statuses(found.counts)];
    },
  ]),
  [
    ['corrupt values answered 5xx or not at all', 'corrupt values that ended the process'],
    async (system) => {
      const { failed, crashed, of } = await corruptValues(system);
      return [`${failed} of ${of}`, `${crashed} of ${of}`];
    },
  ],
  [
    [`growth of the heap over ${SIZE.requests} requests without Redis`, 'requests without Redis: answers'],
    async (system) => {
      const found = await heapGrowth(system, { requests: SIZE.requests, width: 2_000, patience: 5_000 });
      return [bytes(found.growth), statuses(found.counts)];
    },
  ],
  [['crashes of the process in all checks'], (system) => [system.crashes]],
];

const columns = {};
let redis = '';
for (const [kind, title] of Object.entries(SYSTEMS)) {
  console.log(`\n${title}`);
  const system = await System.start(kind);
  redis = system.redis.description;
  columns[title] = {};
  try {
    for (const [names, check] of CHECKS) {
      const started = performance.now();
      const values = await check(system);
      for (const [index, name] of names.entries()) {
        columns[title][name] = String(values[index]);
        console.log(`  ${name}: ${values[index]}`);
      }
      console.log(`    [${ms(performance.now() - started)}]`);
      if (!system.isAlive) await system.launch();
    }
  } finally {
    await system.stop();
  }
}
const rows = CHECKS.flatMap(([names]) => names).map((name) => [
  name,
  ...Object.values(columns).map((column) => column[name]),
]);
for (const row of rows) console.log(row.join(' | '));
if (!isQuick) await writeReport({ titles: Object.values(SYSTEMS), rows, redis });
