// What a session takes in Redis, and what a request takes on the heap.
import { Application, Load } from './child.js';
import { ASKS } from './measure.js';
import { redisKeyOf } from './traffic.js';
import { SIZES, VARIANTS } from './variants.js';

/** Room for new objects, in MB: so much that none of them is collected while they are counted. */
const YOUNG = 384;
const LISTED = 500;

export async function measureStorage({ isQuick, redisUrl, admin, say }) {
  const found = { sessions: {}, heap: {} };
  await admin.flushall();
  for (const key of ['express-guide', 'fastify-session', 'express-ours']) {
    say(`bytes in Redis: ${key}`);
    const app = await Application.start(key, redisUrl);
    try {
      for (const [size, { bytes }] of Object.entries(SIZES)) {
        const [cookie] = await app.begin(1, bytes);
        (found.sessions[key] ??= {})[size] = await admin.memory('USAGE', redisKeyOf(cookie));
      }
      if (key === 'express-ours') found.entry = await indexEntry(app, admin);
    } finally {
      await app.stop();
    }
  }
  const keys = isQuick ? ['express-bare', 'express-guide', 'express-ours'] : Object.keys(VARIANTS);
  const load = new Load();
  try {
    for (const key of keys) {
      say(`heap a request: ${key}`);
      const perRequest = await heap(key, { redisUrl, load });
      if (perRequest !== undefined) found.heap[key] = perRequest;
    }
  } finally {
    await load.stop();
  }
  return found;
}

/** What one more session of a user takes in the user's list. */
async function indexEntry(app, admin) {
  const login = () => app.request('POST', '/login', { body: { userId: 'u-1' } });
  for (let made = 0; made < LISTED; made++) await login();
  const name = 'sess-user:{u-1}';
  return (await admin.memory('USAGE', name, 'SAMPLES', 0)) / (await admin.zcard(name));
}

/** Bytes of new objects a request, whether or not they are garbage at its end. */
async function heap(key, { redisUrl, load }) {
  const app = await Application.start(key, redisUrl, {
    execArgv: [`--min-semi-space-size=${YOUNG}`, `--max-semi-space-size=${YOUNG}`],
  });
  if (app === undefined) return undefined;
  try {
    const cookies = (await app.begin(64, SIZES.small.bytes)).map((cookie) => cookie ?? 'sid=none');
    const found = {};
    for (const action of ['read', 'write']) {
      if (VARIANTS[key].cannot?.includes(action)) continue;
      found[action] = await allocated({ app, load, cookies, ask: ASKS[action] });
    }
    return found;
  } finally {
    await app.stop();
  }
}

async function allocated({ app, load, cookies, ask }) {
  for (let tries = 0; tries < 5; tries++) {
    await load.ask('begin', { port: app.port, asks: [ask], cookies, connections: 16, warm: 1_000 });
    await app.ask('memory');
    const before = await app.ask('allocated');
    await new Promise((resolve) => setTimeout(resolve, 200));
    const after = await app.ask('allocated');
    const { problem } = await load.ask('close');
    if (problem !== undefined) throw new Error(`${app.key}: ${problem}`);
    // Asked once more, because a collection is told of a little later.
    const { collections } = await app.ask('allocated');
    if (collections === before.collections && after.requests > before.requests)
      return (after.bytes - before.bytes) / (after.requests - before.requests);
  }
  throw new Error(`${app.key}: garbage was collected each time that the heap of a request was measured.`);
}
