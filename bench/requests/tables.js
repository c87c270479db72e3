// Tables of docs/benchmarks.md, as arrays of cells.
import { median as medianOf } from '../statistics.js';
import { bareOf, canDo, CASES, caseTitle, GUIDE, VARIANTS } from './variants.js';

const count = (value) => Math.round(value).toLocaleString('en');
const micro = (value) => (value >= 100 ? count(value) : value.toFixed(1));
const milli = (value) => (value >= 10 ? value.toFixed(1) : value.toFixed(2));
const ratio = ({ median, half }) =>
  `${median.toFixed(2)} (${half.map((value) => value.toFixed(2)).join(' to ')})`;
const plainRatio = ({ median }) => median.toFixed(2);

/** A variant with its adapter. */
const fullTitle = (key) =>
  `${VARIANTS[key].adapter === 'express' ? 'Express' : 'Fastify'}: ${VARIANTS[key].title}`;

export const markdown = ([titles, ...rows]) =>
  [titles, titles.map((_, index) => (index === 0 ? '---' : '--:')), ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );

const CASE_TITLES = [
  'application',
  'requests/s',
  'of the bare app’s (middle half)',
  'p50 ms',
  'p99 ms',
  'CPU µs',
  'added CPU, guide = 1',
  'Redis CPU µs',
  'commands',
  'round trips',
];

/** @returns for each measured case its title and its table */
export function caseTables(summary) {
  return CASES.filter(({ name }) => summary.has(GUIDE, name)).map((each) => {
    const keys = Object.keys(VARIANTS).filter((key) => summary.has(key, each.name) && canDo(key, each));
    const rows = keys.map((key) => {
      const isBare = VARIANTS[key].setUp === 'bare';
      const { commands, trips } = summary.traffic(key, each.action);
      const of = (field) => summary.plain(key, each.name, field);
      return [
        fullTitle(key),
        count(of('perSecond')),
        key === bareOf(key) ? '1' : ratio(summary.ratio(key, each.name)),
        milli(of('p50')),
        milli(of('p99')),
        micro(of('cpu')),
        isBare ? '' : plainRatio(summary.addedCpu(key, each.name)),
        commands === 0 ? '' : micro(of('redisCpu')),
        commands.toFixed(1),
        trips.toFixed(1),
      ];
    });
    return { title: caseTitle(each), table: [CASE_TITLES, ...rows] };
  });
}

/** What a request takes of each application, by what it asks for: what sessions themselves cost is the difference within a row. */
export function cpuTable(summary) {
  const asked = {
    plain: 'no cookie, session not asked for',
    without: 'no cookie',
    read: 'read',
    write: 'write',
  };
  const caseOf = (action) => `${action} small 64`;
  const keys = Object.keys(VARIANTS).filter((key) => summary.has(key, caseOf('plain')));
  return [
    ['application', ...Object.values(asked)],
    ...keys.map((key) => [
      fullTitle(key),
      ...Object.keys(asked).map((action) =>
        summary.has(key, caseOf(action)) ? micro(summary.plain(key, caseOf(action), 'cpu')) : '',
      ),
    ]),
  ];
}

/** The same without what needs all variants. */
export function plainTables(found) {
  const names = [...new Set(Object.values(found).flatMap(({ figures }) => Object.keys(figures)))];
  return names.map((name) => [
    [name, 'requests/s', 'p50 ms', 'CPU µs', 'Redis CPU µs', 'commands', 'round trips'],
    ...Object.entries(found)
      .filter(([, { figures }]) => name in figures)
      .map(([key, { figures, traffic }]) => {
        const of = (field) => medianOf(figures[name].map((figure) => figure[field]));
        const { commands, trips } = traffic[name.split(' ', 1)[0]];
        return [
          fullTitle(key),
          count(of('perSecond')),
          milli(of('p50')),
          micro(of('cpu')),
          micro(of('redisCpu')),
          commands.toFixed(1),
          trips.toFixed(1),
        ];
      }),
  ]);
}

const SHORT = { [GUIDE]: 'guide', 'express-ours': 'this library', 'express-near': 'with `nearCache`' };

function growthTable(first, rows, name) {
  const keys = Object.keys(SHORT).filter((key) => rows[0]?.[key] !== undefined);
  const titles = keys.flatMap((key) => ['read', 'write'].map((action) => `${SHORT[key]}: ${action}`));
  return [
    [first, ...titles],
    ...rows.map((row) => [
      name(row),
      ...keys.flatMap((key) =>
        ['read', 'write'].map(
          (action) => `${micro(row[key][action].cpu)} + ${micro(row[key][action].redisCpu)}`,
        ),
      ),
    ]),
  ];
}

/** CPU of the application + CPU of Redis, in microseconds a request. */
export const growthTables = ({ sessions, sizes, ofUser, instances }) => ({
  sessions: growthTable('sessions in Redis', sessions, (row) => count(row.count)),
  sizes: growthTable('bytes of data', sizes, (row) => count(row.bytes)),
  ofUser: [
    [
      'sessions of the user',
      'login ms',
      'login CPU µs',
      'login Redis CPU µs',
      'list ms',
      'list CPU µs',
      'list Redis CPU µs',
    ],
    ...ofUser.map(({ count: number, login, list }) => [
      count(number),
      ...[login, list].flatMap(({ time, cpu, redisCpu }) => [milli(time), micro(cpu), micro(redisCpu)]),
    ]),
  ],
  instances: [
    [
      'application',
      'instances',
      'reads/s',
      'read: CPU + Redis CPU µs',
      'writes/s',
      'write: CPU + Redis CPU µs',
    ],
    ...instances.map(({ key, count: number, read, write }) => [
      SHORT[key],
      number,
      ...[read, write].flatMap(({ perSecond, cpu, redisCpu }) => [
        count(perSecond),
        `${micro(cpu)} + ${micro(redisCpu)}`,
      ]),
    ]),
  ],
});

export const storageTables = ({ sessions, entry, heap }) => ({
  redis: [
    ['in Redis', '300 B of data', '20 KB of data'],
    ...Object.entries(sessions).map(([key, { small, large }]) => [
      VARIANTS[key].title,
      `${count(small)} B`,
      `${count(large)} B`,
    ]),
    ['entry in a user’s list, this library', `${count(entry)} B`, ''],
  ],
  heap: [
    ['application', 'read', 'added', 'write', 'added'],
    ...Object.entries(heap).map(([key, found]) => [
      fullTitle(key),
      ...['read', 'write'].flatMap((action) => {
        const own = found[action];
        const bare = heap[bareOf(key)]?.[action];
        if (own === undefined) return ['', ''];
        return [
          `${(own / 1000).toFixed(1)} KB`,
          VARIANTS[key].setUp === 'bare' ? '' : `${((own - bare) / 1000).toFixed(1)} KB`,
        ];
      }),
    ]),
  ],
});

const mega = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

export function soakTable({ variants }) {
  return [
    [
      'application',
      'requests',
      'heap, first third',
      'heap, last third',
      'Redis, first third',
      'Redis, last third',
      'verdict',
    ],
    ...Object.entries(variants).map(([key, { requests, heap, redis }]) => [
      fullTitle(key),
      count(requests),
      mega(heap.first),
      mega(heap.last),
      mega(redis.first),
      mega(redis.last),
      heap.isLevel && redis.isLevel ? 'PASS' : 'FAIL',
    ]),
  ];
}
