// What sessions take in Redis, and what requests ask of it: `npm run bench:sizing`, about a minute. Writes docs/sizing.md.
import { Redis } from 'ioredis';
import { startRedis } from 'redis-anywhere';
import { machine, packageVersions, writeMarkdown } from '../report.parts.js';
import { Application } from '../requests/child.js';

const GIGABYTE = 2 ** 30;
/** How many requests of each kind are looked at. */
const LOOKED_AT = 20;

const server = await startRedis({ env: { ...process.env, REDIS_URL: undefined } });
const admin = new Redis(server.url);
const app = await Application.start('express-ours', server.url);
const say = (what) => console.log(what);

try {
  const sizes = [];
  for (const [title, bytes, count] of [
    ['300 B of data', 300, 20_000],
    ['2 KB of data', 2_000, 10_000],
    ['20 KB of data', 20_000, 2_000],
  ]) {
    say(`${count} sessions with ${title}`);
    sizes.push([title, await taken(count, () => app.begin(count, bytes, { width: 32 }))]);
  }
  const users = 10_000;
  say(`${users} users who log in once`);
  sizes.push([
    'a user who is logged in, without data',
    await taken(users, () => logIn(users, (n) => `u-${n}`)),
  ]);
  say(`one user with ${users} sessions`);
  sizes.push(['one more session of the same user', await taken(users, () => logIn(users, () => 'u-0'))]);

  await admin.flushall();
  const [cookie] = await app.begin(1, 300);
  const requests = [];
  const kinds = [
    ['without a cookie', () => app.request('GET', '/read')],
    ['that reads its session', () => app.request('GET', '/read', { cookie })],
    ['that changes its session', () => app.request('POST', '/write', { cookie })],
    ['a login', (turn) => app.request('POST', '/login', { body: { userId: `u-${turn}` } })],
  ];
  for (const [title, ask] of kinds) requests.push([title, ...(await commands(ask))]);
  await report(sizes, requests);
} finally {
  await app.stop();
  admin.disconnect();
  await server.stop();
}

/** Bytes of Redis's memory for each of so many things that `make` makes. */
async function taken(count, make) {
  await admin.flushall('SYNC');
  const before = await used();
  await make();
  return ((await used()) - before) / count;
}

async function used() {
  return Number(/used_memory:(\d+)/.exec(await admin.info('memory'))[1]);
}

async function logIn(count, nameOf) {
  let next = 0;
  const work = async () => {
    while (next < count) await app.request('POST', '/login', { body: { userId: nameOf(next++) } });
  };
  await Promise.all(Array.from({ length: 32 }, work));
}

/** How many commands the application sends for one request, and how many more run inside of its scripts. */
async function commands(ask) {
  // Scripts are loaded and code is compiled.
  for (let turn = 0; turn < 5; turn++) await ask(-turn - 1);
  const beside = admin.duplicate();
  const monitor = await beside.monitor();
  const seen = { sent: 0, inside: 0 };
  let told;
  const ready = () => new Promise((resolve) => (told = resolve));
  monitor.on('monitor', (_time, [name], source) => {
    if (name === 'echo') told();
    else if (source === 'lua') seen.inside++;
    else seen.sent++;
  });
  for (let turn = 0; turn < LOOKED_AT; turn++) await ask(turn);
  const all = ready();
  await admin.echo('that was all');
  await all;
  monitor.disconnect();
  beside.disconnect();
  return [seen.sent / LOOKED_AT, seen.inside / LOOKED_AT];
}

async function report(sizes, requests) {
  const round = (value) => Math.round(value).toLocaleString('en-US');
  const few = (value) => value.toFixed(1);
  await writeMarkdown('sizing.md', [
    '# How large a Redis',
    '',
    'Written by `npm run bench:sizing` from one run; do not edit it by hand. What to make of it: [high availability](high-availability.md).',
    '',
    `- ${new Date().toISOString().slice(0, 10)}, ${machine()}`,
    `- ${server.description.replace(/(?: in \/.*)?, on [\d.:]+$/, '')}`,
    `- ${packageVersions(['@nestjs/core', 'express', 'ioredis'])}`,
    '',
    '## Memory',
    '',
    'Memory of Redis after so many sessions were begun over HTTP, less what it was before, divided by their number: the record, its key, and what Redis needs to keep both. A login is counted with its session, its place in the list of the user, and what the limiter remembers of it.',
    '',
    '| | bytes | in a gigabyte |',
    '| --- | ---: | ---: |',
    ...sizes.map(([title, bytes]) => `| ${title} | ${round(bytes)} | ${round(GIGABYTE / bytes)} |`),
    '',
    'Leave Redis a third of its memory for copies while it saves, and for bursts.',
    '',
    '## Commands',
    '',
    `What \`MONITOR\` shows of ${LOOKED_AT} requests of each kind, without the near cache.`,
    '',
    '| a request | commands sent | inside of scripts |',
    '| --- | ---: | ---: |',
    ...requests.map(([title, sent, inside]) => `| ${title} | ${few(sent)} | ${few(inside)} |`),
  ]);
}
