// Where the time of a request goes, or what is allocated for it, or what of that outlived a collection of young garbage:
// `node bench/requests/profile.js express-ours read [seconds] [cpu|heap|survived]`, after `npm run build:libs`.
// Prints who causes how much, with what is done on their behalf (Redis client, hashing); the profile lies in the cache folder and
// opens in a browser's developer tools.
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startRedis } from 'redis-anywhere';
import { Application, Load } from './child.js';
import { ASKS } from './measure.js';
import { SIZES, VARIANTS } from './variants.js';

const [key = 'express-ours', action = 'read', seconds = '5', kind = 'cpu'] = process.argv.slice(2);
if (!(key in VARIANTS) || !(action in ASKS))
  throw new RangeError(`A variant and ${Object.keys(ASKS).join(', ')}.`);
const MOST = 60;
/** In microseconds; a sample is taken every 200. */
const LONGEST_GAP = 400;
/** What works for whoever called it. */
const HELPERS =
  /^node:(buffer|crypto|events|net|timers|internal\/(buffer|crypto|streams|stream_base|util|timers|process\/task))|^node_modules\/(ioredis|redis-parser|redis-errors|standard-as-callback|denque|debug|cluster-key-slot|cookie|cookie-signature|express-session|uid-safe|random-bytes)\//;

const folder = fileURLToPath(new URL('../../node_modules/.cache/bench/', import.meta.url));
mkdirSync(folder, { recursive: true });
const file = `${folder}${key}-${action}.${kind}profile`;

const redis = await startRedis({
  onProgress: () => undefined,
  env: { ...process.env, REDIS_URL: undefined },
});
const admin = new Redis(redis.url);
const load = new Load();
const app = await Application.start(key, redis.url);
try {
  const cookies = (await app.begin(SIZES.small.sessions, SIZES.small.bytes)).map((cookie) => cookie ?? null);
  const asked = action === 'without' || action === 'plain' ? [null] : cookies;
  await load.ask('begin', {
    port: app.port,
    asks: [ASKS[action]],
    cookies: asked,
    connections: 64,
    warm: 5_000,
  });
  const before = await app.ask('usage');
  await app.ask('profile', { kind });
  await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
  await app.ask('profiled', { kind, file });
  const after = await app.ask('usage');
  await load.ask('close');
  const requests = after.requests - before.requests;
  const cpu = (after.cpu - before.cpu) / requests;
  console.log(
    `${key}, ${action}: ${requests} requests, ${cpu.toFixed(1)} µs CPU a request, profiler included`,
  );
  const profile = JSON.parse(readFileSync(file, 'utf8'));
  if (kind !== 'cpu') {
    const nodes = bytesOf(profile);
    const whole = nodes.reduce((bytes, { own }) => bytes + own, 0) / requests;
    print(nodes, { whole, unit: 'bytes' });
  } else print(timesOf(profile), { whole: cpu, unit: 'µs' });
} finally {
  await app.stop();
  await load.stop();
  admin.disconnect();
  await redis.stop();
}

/** Node -> microseconds of its own, while the process was busy. */
function timesOf({ nodes, samples, timeDeltas }) {
  const self = new Map(nodes.map((node) => [node.id, 0]));
  for (const [index, id] of samples.entries())
    // A long time between two samples is one in which the process did not run.
    self.set(id, self.get(id) + Math.min(timeDeltas[index], LONGEST_GAP));
  return nodes
    .filter(({ callFrame }) => callFrame.functionName !== '(idle)')
    .map((node) => ({ ...node, own: self.get(node.id) }));
}

/** Node -> bytes that it allocated; garbage included, or what outlived young garbage only. */
function bytesOf({ head }) {
  const flat = ({ children, ...node }) => [
    { ...node, own: node.selfSize, children: children.map(({ id }) => id) },
    ...children.flatMap(flat),
  ];
  return flat(head);
}

/** @param whole what a request takes in all, in `unit`, of which shares are shown */
function print(nodes, { whole, unit }) {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node])));
  const lists = {
    'By cause, library by function': new Map(),
    'By package': new Map(),
    'By function, alone': new Map(),
  };
  const [causes, packages, functions] = Object.values(lists);
  let sum = 0;
  for (const node of nodes) {
    if (node.own === 0) continue;
    sum += node.own;
    const add = (list, name) => list.set(name, (list.get(name) ?? 0) + node.own);
    const cause = causeOf(node, parents);
    add(causes, isOurs(cause) ? nameOf(cause) : packageOf(cause));
    add(packages, packageOf(cause));
    add(functions, nameOf(node));
  }
  for (const [title, list] of Object.entries(lists)) {
    console.log(`\n${title}: share, ${unit} a request`);
    for (const [name, own] of [...list].toSorted((one, other) => other[1] - one[1]).slice(0, MOST)) {
      const share = own / sum;
      console.log(
        `${(share * 100).toFixed(1).padStart(5)} %  ${(share * whole).toFixed(1).padStart(6)}  ${name}`,
      );
    }
  }
  console.log(`\n${file}`);
}

/** Who is to blame: the nearest function up the stack that is no helper. What the engine does by itself (garbage) stays its own. */
function causeOf(node, parents) {
  for (let at = node; at !== undefined; at = parents.get(at.id)) {
    const path = shortened(at.callFrame.url);
    if (path !== '' && !HELPERS.test(path)) return at;
  }
  for (let at = node; at !== undefined; at = parents.get(at.id)) if (at.callFrame.url !== '') return at;
  return node;
}

function isOurs({ callFrame }) {
  return callFrame.url.includes('/libs/session/dist/');
}

function nameOf({ callFrame: { functionName, url, lineNumber } }) {
  return `${functionName || '(anonymous)'} ${shortened(url)}${url === '' ? '' : `:${lineNumber + 1}`}`;
}

function shortened(url) {
  return url.replace(/^file:\/\//, '').replace(/^.*\/(libs\/session\/dist|node_modules|bench)\//, '$1/');
}

function packageOf({ callFrame: { url, functionName } }) {
  const path = shortened(url);
  if (path.startsWith('libs/')) return 'this library';
  if (path.startsWith('node:')) return 'node';
  if (!path.startsWith('node_modules/')) return path || functionName;
  const [, scope, name] = path.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}
