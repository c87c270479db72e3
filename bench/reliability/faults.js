// Faults: what a browser is told while Redis is in trouble, and what it costs.
import { setTimeout as sleep } from 'node:timers/promises';
import { keyOf } from './system.js';
import { CORRUPT } from './corrupt.values.js';

/** Ways in which Redis refuses writes while it goes on answering reads, and how to end them. */
export const REFUSALS = {
  'maxmemory reached': [
    (client) => client.config('SET', 'maxmemory', '1'),
    (client) => client.config('SET', 'maxmemory', '0'),
  ],
  'become a replica': [
    (client) => client.replicaof('127.0.0.1', 1),
    (client) => client.replicaof('NO', 'ONE'),
  ],
  'too few replicas': [
    (client) => client.config('SET', 'min-replicas-to-write', '1'),
    (client) => client.config('SET', 'min-replicas-to-write', '0'),
  ],
  'CLIENT PAUSE WRITE, 3 s': [
    (client) => client.client('PAUSE', 3_000, 'WRITE'),
    (client) => client.client('UNPAUSE'),
  ],
};

/** Writes while Redis refuses them. How many were answered 2xx although Redis does not hold the value. */
export async function falseSuccesses(system, { refuse, requests }) {
  const [begin, end] = refuse;
  const cookies = await Promise.all(Array.from({ length: requests }, () => system.loggedIn()));
  await begin(system.client);
  try {
    const told = cookies.map(async (cookie, index) => {
      const { isOk } = await system.ask(`/set?key=mark&value=mark-${index}`, { cookie });
      const stored = await system.client.get(keyOf(cookie));
      return isOk && !stored?.includes(`mark-${index}`);
    });
    return (await Promise.all(told)).filter(Boolean).length;
  } finally {
    await end(system.client);
  }
}

/** Several browsers that ask one request after the other until `stop`. */
function load(system, cookies) {
  const answers = [];
  const stopping = new AbortController();
  const workers = cookies.map(async (cookie, index) => {
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      const startedAt = performance.now();
      const path = (index + turn) % 2 === 0 ? '/data' : `/set?key=n&value=${turn}`;
      const { status, isOk, took } = await system.ask(path, { cookie });
      answers.push({ status, isOk, startedAt, endedAt: startedAt + took });
    }
  });
  return {
    answers,
    async stop() {
      stopping.abort();
      await Promise.all(workers);
    },
  };
}

/**
 * Puts Redis out of service under load, for a while. The slowest answer (counted from the fault on), the statuses told, and how
 * long after Redis's return the first request was served.
 */
export async function outage(system, { browsers, duration, begin, end }) {
  const cookies = await Promise.all(Array.from({ length: browsers }, () => system.loggedIn()));
  const running = load(system, cookies);
  await sleep(1_000);
  const from = performance.now();
  await begin(system.redis);
  await sleep(duration);
  await end(system.redis);
  const back = performance.now();
  while (!running.answers.some(({ isOk, endedAt }) => isOk && endedAt > back)) await sleep(5);
  const recovery = Math.min(
    ...running.answers
      .filter(({ isOk, endedAt }) => isOk && endedAt > back)
      .map(({ endedAt }) => endedAt - back),
  );
  await running.stop();
  const affected = running.answers.filter(({ endedAt }) => endedAt > from);
  const slowest = Math.max(...affected.map(({ startedAt, endedAt }) => endedAt - Math.max(startedAt, from)));
  const counts = {};
  for (const { status } of affected) counts[status] = (counts[status] ?? 0) + 1;
  return { slowest, recovery, counts };
}

/** Puts corrupt values under the key of a session and asks for it. How many values gave a 5xx or no answer, how many a crash. */
export async function corruptValues(system) {
  let failed = 0;
  let crashed = 0;
  for (const [, put] of CORRUPT) {
    const cookie = await system.loggedIn();
    await system.client.del(keyOf(cookie));
    await put(system.client, keyOf(cookie));
    const answers = [];
    for (const path of ['/data', '/set?key=a&value=1']) {
      answers.push(await system.ask(path, { cookie, patience: 10_000 }));
    }
    if (answers.some(({ status }) => typeof status !== 'number' || status >= 500)) failed++;
    await sleep(20);
    if (!system.isAlive) {
      crashed++;
      await system.launch();
    }
  }
  return { failed, crashed, of: CORRUPT.length };
}

/** Requests while there is no Redis. By how much the heap grew, after garbage collection. */
export async function heapGrowth(system, { requests, width, patience }) {
  const cookies = await Promise.all(Array.from({ length: width }, () => system.loggedIn()));
  const ask = (index) => system.ask('/set?key=a&value=1', { cookie: cookies[index % width], patience });
  await Promise.all(cookies.map((_, index) => ask(index)));
  system.connect();
  await sleep(500);
  const before = await system.heap();
  await system.redis.kill();
  const counts = {};
  let next = 0;
  const worker = async () => {
    while (next < requests) {
      const { status } = await ask(next++);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  await Promise.all(cookies.map(worker));
  system.connect();
  await sleep(500);
  const growth = (await system.heap()) - before;
  await system.redis.restart();
  return { growth, counts };
}
