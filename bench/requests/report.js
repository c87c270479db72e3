// docs/benchmarks.md, from the parts that were measured.
import { packageVersions, writeMarkdown } from '../report.parts.js';
import { goals } from './goals.js';
import { plot } from './plot.js';
import { summarise } from './summary.js';
import { caseTables, cpuTable, growthTables, markdown, soakTable, storageTables } from './tables.js';

export const GOAL_TITLES = ['goal', 'adapter', 'asked', 'found: median (middle half)', 'verdict'];

const PACKAGES = [
  '@nestjs/core',
  'express',
  'fastify',
  'express-session',
  'connect-redis',
  'redis',
  'ioredis',
  'nestjs-session',
  '@fastify/session',
  'iron-session',
  'better-auth',
  'autocannon',
];

/** @param results as results.js keeps them; a part that was not measured yet is left out */
export async function writeReport(results) {
  const { requests, growth, storage, soak } = results;
  const lines = ['# Benchmarks', '', 'Written by `npm run bench`; do not edit it by hand.', ''];
  if (requests !== undefined) {
    const summary = summarise(requests.result.found);
    plot(summary);
    lines.push(...ofRequests(requests, summary));
  }
  if (growth !== undefined) lines.push(...ofGrowth(growth));
  if (storage !== undefined) lines.push(...ofStorage(storage));
  if (soak !== undefined) lines.push(...ofSoak(soak));
  await writeMarkdown('benchmarks.md', lines);
}

const measuredOn = ({ date, machine, redis }) => [`Measured ${date}: ${machine}, ${redis}.`, ''];

function ofRequests(part, summary) {
  const { rounds, duration } = part.result;
  return [
    ...measuredOn(part),
    `Versions: ${packageVersions(PACKAGES)}.`,
    '',
    '![Requests a second and CPU of each way to keep sessions](images/benchmarks.svg)',
    '',
    '## Goals',
    '',
    ...markdown([GOAL_TITLES, ...goals(summary)]),
    '',
    'Read and write with 64 connections and sessions of 300 bytes, unless said otherwise. _Added CPU_ is (CPU a request − bare app) / (CPU a request of the guide’s set-up − bare app), each against the bare app of its own adapter; added time is the same of the median time of an answer.',
    '',
    'What is out of reach, by what profile, and what was tried: [what a request costs](request-path.md#what-is-left-and-what-is-out-of-reach).',
    '',
    'On Express this library takes less than nothing: it has the server make requests and answers with the prototypes that Express would give to each of them, which is most of what a request costs there. What the session itself takes is the difference to the same application’s requests that do not ask for one.',
    '',
    '## CPU a request',
    '',
    'Microseconds, 64 connections, sessions of 300 bytes.',
    '',
    ...markdown(cpuTable(summary)),
    '',
    '## How it is measured',
    '',
    `Application, load (autocannon) and Redis are processes of their own on one machine. Each application is the same Nest controller; what differs is where \`request.session\` comes from (\`bench/requests/set-ups.js\`, each as its documentation shows it). A read answers with a field of the session, a write adds one to it. All are measured in ${rounds} rounds of ${duration} ms each a case, in an order that changes from round to round, each warmed by requests; processes and sessions are new in each round, because of the same code one process takes up to a sixth more than another. Requests a second are divided within a round; what is shown is the median of the ratios, and in brackets where the middle half of them lies. Added CPU and added time are differences divided by differences, so they are taken from the medians over all rounds, and in brackets stands the middle half of what 400 draws of as many rounds give (bootstrap). The bare app stands twice in each round: what it differs from itself is noise.`,
    '',
    '- CPU is what the operating system counts for the whole process (all threads, garbage collection included), divided by the requests of the same time; the same for Redis.',
    '- Commands and round trips are of a pass of their own, requests one after the other through a proxy that counts commands and holds every reply back for 40 ms: an answer that took twice that has waited for two round trips. After that pass the counter in Redis equals the number of writes, or the run fails.',
    '- The guide’s set-up is express-session with connect-redis and node-redis, as in its example. @fastify/session runs with `rolling: false`, so a session that is only read is not prolonged; all others prolong it. iron-session keeps all data in the cookie (so not 20 KB) and cannot end a session; better-auth keeps only who is logged in, so there is nothing to write.',
    '- The load generator keeps no cookies, so iron-session’s writes all start from the same data.',
    '',
    '## Figures',
    '',
    ...caseTables(summary).flatMap(({ title, table }) => [`### ${title}`, '', ...markdown(table), '']),
  ];
}

function ofGrowth(part) {
  const tables = growthTables(part.result);
  return [
    '## How cost grows',
    '',
    ...measuredOn(part),
    'On Express, 64 connections; microseconds of CPU a request, of the application + of Redis.',
    '',
    '### With the sessions in Redis',
    '',
    ...markdown(tables.sessions),
    '',
    '### With the size of a session',
    '',
    ...markdown(tables.sizes),
    '',
    '### With the sessions of a user',
    '',
    'One request at a time. A list of sessions reads them all.',
    '',
    ...markdown(tables.ofUser),
    '',
    '### With the instances of the application',
    '',
    '64 connections in all, the same Redis; every instance reads all sessions and writes its own. Instances, load and Redis share the cores of one machine, so requests a second stop growing when the cores are used up; what an instance costs is in the CPU a request.',
    '',
    ...markdown(tables.instances),
    '',
  ];
}

function ofStorage(part) {
  const tables = storageTables(part.result);
  return [
    '## Memory',
    '',
    ...measuredOn(part),
    '`MEMORY USAGE` of one key, its name and expiry included:',
    '',
    ...markdown(tables.redis),
    '',
    'New objects on the heap a request, garbage included:',
    '',
    ...markdown(tables.heap),
    '',
  ];
}

function ofSoak(part) {
  return [
    '## Under full load for a while',
    '',
    ...measuredOn(part),
    `${part.result.minutes} minutes, both adapters at one time, 32 connections each: reads, writes and requests without a cookie. Memory in use after garbage collection, medians of the first and the last third, the first fifth left out. It may differ by 1 MiB or 3 %.`,
    '',
    ...markdown(soakTable(part.result)),
    '',
  ];
}
