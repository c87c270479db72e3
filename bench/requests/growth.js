// How cost grows: with the sessions in Redis, with the size of one, with the sessions of a user, with the instances of the application.
import { freemem } from 'node:os';
import { median } from '../statistics.js';
import { Application, Load } from './child.js';
import { measure, redisUsage } from './measure.js';
import { redisKeyOf } from './traffic.js';
import { GUIDE, SIZES } from './variants.js';

const OURS = 'express-ours';
const NEAR = 'express-near';

const STEPS = {
  full: {
    sessions: [1_000, 10_000, 100_000, 1_000_000],
    sizes: [300, 1_000, 4_000, 16_000, 64_000],
    ofUser: [1, 10, 100, 1_000, 10_000],
    instances: [1, 2, 3, 4],
    rounds: 5,
    duration: 600,
  },
  quick: {
    sessions: [1_000, 10_000],
    sizes: [300, 16_000],
    ofUser: [1, 100],
    instances: [1, 2],
    rounds: 1,
    duration: 150,
  },
};
/** Of what one more session takes in Redis, generously. */
const BYTES_A_SESSION = 2_000;
/** Enough for 64 KB of data and what the library adds. */
const MAX_BYTES = 256 * 1024;

export async function measureGrowth({ isQuick, redisUrl, admin, say }) {
  const steps = isQuick ? STEPS.quick : STEPS.full;
  const load = new Load();
  const apps = [];
  try {
    for (const key of [GUIDE, OURS, NEAR]) {
      const app = await Application.start(key, redisUrl, { maxBytes: MAX_BYTES });
      if (app !== undefined) apps.push(app);
    }
    const how = { steps, apps, load, admin, redisUrl };
    return {
      sessions: await bySessions({ ...how, say: (what) => say(`sessions in Redis: ${what}`) }),
      sizes: await bySize({ ...how, say: (what) => say(`bytes of a session: ${what}`) }),
      ofUser: await byUser({ ...how, say: (what) => say(`sessions of a user: ${what}`) }),
      instances: await byInstances({ ...how, say: (what) => say(`instances: ${what}`) }),
    };
  } finally {
    for (const each of [...apps, load]) await each.stop();
  }
}

/** Reads and writes of each application in turn; the median of each figure. */
async function readAndWrite({ steps, apps, load, admin }, cookiesOf) {
  const found = {};
  for (let round = -1; round < steps.rounds; round++) {
    for (const action of ['read', 'write']) {
      for (const app of apps) {
        const figures = await measure({
          apps: [app],
          loads: [load],
          admin,
          action,
          cookies: cookiesOf.get(app.key),
          connections: 64,
          warm: 100,
          duration: steps.duration,
        });
        if (round >= 0) ((found[app.key] ??= {})[action] ??= []).push(figures);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([key, actions]) => [
      key,
      Object.fromEntries(Object.entries(actions).map(([action, list]) => [action, medians(list)])),
    ]),
  );
}

const medians = (list) =>
  Object.fromEntries(Object.keys(list[0]).map((field) => [field, median(list.map((each) => each[field]))]));

async function begin(apps, count, bytes) {
  const cookies = new Map();
  for (const app of apps) cookies.set(app.key, await app.begin(count, bytes));
  return cookies;
}

async function bySessions(how) {
  const { steps, apps, admin, say } = how;
  await admin.flushall();
  const cookies = await begin(apps, 320, SIZES.small.bytes);
  const text = await admin.get(redisKeyOf(cookies.get(OURS)[0]));
  const rows = [];
  for (const count of steps.sessions) {
    say(count.toLocaleString('en'));
    const present = await admin.dbsize();
    if ((count - present) * BYTES_A_SESSION > freemem()) break;
    await fill(admin, { from: present, to: count, text });
    rows.push({ count, ...(await readAndWrite(how, cookies)) });
  }
  await admin.flushall();
  return rows;
}

/** Copies of a session's text, which nobody has a cookie of. */
async function fill(admin, { from, to, text }) {
  for (let number = from; number < to; number += 5_000) {
    const pipeline = admin.pipeline();
    for (let each = number; each < Math.min(to, number + 5_000); each++)
      pipeline.set(`sess:${String(each).padStart(22, '0')}`, text, 'PX', 3_600_000);
    await pipeline.exec();
  }
}

async function bySize(how) {
  const rows = [];
  for (const bytes of how.steps.sizes) {
    how.say(bytes.toLocaleString('en'));
    await how.admin.flushall();
    rows.push({ bytes, ...(await readAndWrite(how, await begin(how.apps, 64, bytes))) });
  }
  return rows;
}

/** One user logs in again and again, from another browser each time. */
async function byUser({ steps, apps, admin, say }) {
  await admin.flushall();
  const app = apps.find(({ key }) => key === OURS);
  const userId = 'u-1';
  const login = () => app.request('POST', '/login', { body: { userId } });
  const list = () => app.request('GET', `/list?userId=${userId}`);
  const rows = [];
  let present = 0;
  for (const count of steps.ofUser) {
    say(count.toLocaleString('en'));
    while (present < count) {
      const many = Math.min(count - present, 16);
      await Promise.all(Array.from({ length: many }, login));
      present += many;
    }
    const { json } = await list();
    if (json.count !== present)
      throw new Error(`The user has ${present} sessions and ${json.count} are listed.`);
    const times = count >= 1_000 ? 10 : 40;
    rows.push({
      count,
      list: await cost({ app, admin, times, ask: list }),
      login: await cost({ app, admin, times, ask: login }),
    });
    // Those of the measurement count too.
    present += times;
  }
  await admin.flushall();
  return rows;
}

async function cost({ app, admin, times, ask }) {
  const took = [];
  const look = async () => [await redisUsage(admin), (await app.ask('usage')).cpu];
  const [redisBefore, cpuBefore] = await look();
  for (let made = 0; made < times; made++) took.push((await ask()).took);
  const [redisAfter, cpuAfter] = await look();
  return {
    time: median(took),
    cpu: (cpuAfter - cpuBefore) / times,
    redisCpu: (redisAfter - redisBefore) / times,
  };
}

async function byInstances(how) {
  const { steps, redisUrl, admin, say } = how;
  const rows = [];
  for (const key of how.apps.map((app) => app.key)) {
    const apps = [];
    const loads = [];
    try {
      for (const count of steps.instances) {
        say(`${count} of ${key}`);
        apps.push(await Application.start(key, redisUrl));
        loads.push(new Load());
        await admin.flushall();
        const cookies = await apps[0].begin(256, SIZES.small.bytes);
        const row = { count, key };
        for (const action of ['read', 'write']) {
          const found = [];
          for (let round = 0; round < steps.rounds; round++)
            found.push(
              await measure({
                apps,
                loads,
                admin,
                action,
                cookies,
                connections: Math.floor(64 / count),
                warm: 200,
                duration: steps.duration,
                // Writes of one session through two instances at a time are lost in the guide's set-up.
                isShared: action === 'read',
              }),
            );
          row[action] = medians(found);
        }
        rows.push(row);
      }
    } finally {
      for (const each of [...apps, ...loads]) await each.stop();
    }
  }
  return rows;
}
