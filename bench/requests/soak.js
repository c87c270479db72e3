// Full load for minutes: memory must not grow. Reads, writes and requests without a cookie, on both adapters at one time.
import { setTimeout as wait } from 'node:timers/promises';
import { median } from '../statistics.js';
import { Application, Load } from './child.js';
import { ASKS } from './measure.js';
import { SIZES } from './variants.js';

const CONNECTIONS = 32;
const SAMPLES = 40;
/** The first part fills what is meant to be filled: compiled code, pools, caches. */
const WARM_PART = 0.2;
/** What is in use after garbage collection differs by this much without growth. */
const LEVEL = { part: 0.03, bytes: 1024 * 1024 };

/** @returns by variant: memory at each sample, requests, and whether what is in use grew from the first to the last third */
export async function soak({ minutes, redisUrl, admin, say }) {
  const found = {};
  const pairs = [];
  try {
    await admin.flushall();
    for (const adapter of ['express', 'fastify']) {
      const app =
        (await Application.start(`${adapter}-near`, redisUrl)) ??
        (await Application.start(`${adapter}-ours`, redisUrl));
      const load = new Load();
      pairs.push({ app, load });
      const cookies = await app.begin(SIZES.small.sessions, SIZES.small.bytes);
      // Every fourth session is nobody's.
      const mixed = cookies.map((cookie, index) => (index % 4 === 3 ? null : cookie));
      found[app.key] = { samples: [] };
      await load.ask('begin', {
        port: app.port,
        asks: [ASKS.read, ASKS.read, ASKS.read],
        cookies: mixed,
        connections: CONNECTIONS / 2,
        warm: 500,
      });
      const writer = new Load();
      pairs.push({ load: writer });
      await writer.ask('begin', {
        port: app.port,
        asks: [ASKS.write],
        cookies,
        connections: CONNECTIONS / 2,
        warm: 100,
      });
    }
    const started = performance.now();
    for (let sample = 0; sample <= SAMPLES; sample++) {
      await wait(Math.max(0, started + (sample * minutes * 60_000) / SAMPLES - performance.now()));
      const used = Number(/used_memory:(\d+)/.exec(await admin.info('memory'))[1]);
      for (const { app } of pairs) {
        if (app === undefined) continue;
        const { heapUsed, rss } = await app.ask('memory');
        const { requests } = await app.ask('usage');
        found[app.key].samples.push({
          at: performance.now() - started,
          heapUsed,
          rss,
          requests,
          redis: used,
        });
      }
      say(`${sample} of ${SAMPLES}`);
    }
    for (const { load } of pairs) {
      const { problem } = await load.ask('close');
      if (problem !== undefined) throw new Error(`Soak: ${problem}`);
    }
  } finally {
    for (const { app, load } of pairs) {
      await load.stop();
      await app?.stop();
    }
  }
  for (const each of Object.values(found)) Object.assign(each, verdict(each.samples));
  return { minutes, variants: found };
}

function verdict(samples) {
  const settled = samples.slice(Math.floor(samples.length * WARM_PART));
  const third = Math.floor(settled.length / 3);
  const grown = (field) => {
    const values = settled.map((sample) => sample[field]);
    const [first, last] = [median(values.slice(0, third)), median(values.slice(-third))];
    return { first, last, isLevel: last - first <= Math.max(LEVEL.bytes, first * LEVEL.part) };
  };
  return {
    requests: samples.at(-1).requests - samples[0].requests,
    heap: grown('heapUsed'),
    redis: grown('redis'),
  };
}
