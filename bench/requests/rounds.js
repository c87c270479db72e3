// All variants in all cases, in rounds: within a round each variant is measured once a case, another one first each time, so that
// what else the machine does hits them alike, and only measurements of one round are divided by each other. Each round has processes of its
// own: of the same code, one process takes up to a sixth more than the next for as long as it runs.
import { setTimeout as wait } from 'node:timers/promises';
import { Application, Load } from './child.js';
import { measure } from './measure.js';
import { traffic } from './traffic.js';
import { canDo, CASES, SIZES, VARIANTS } from './variants.js';

/** @typedef {{ rounds: number, duration: number, warm: number, share: number, requests: number, cases: typeof CASES }} Plan */

export const PLANS = {
  /**
   * `duration` in milliseconds; `warm` requests before each measurement, for the engine to compile the code: while an application waits for
   * its turn, the engine collects garbage, and what it has compiled for kinds of objects that nobody holds just then goes with it. `share` of
   * the sessions; `requests` through the slow proxy.
   */
  full: { rounds: 12, duration: 600, warm: 5_000, share: 1, requests: 30, cases: CASES },
  quick: {
    rounds: 2,
    duration: 150,
    warm: 700,
    share: 0.128,
    requests: 4,
    // Those that no goal is about take as long as the others.
    keys: Object.keys(VARIANTS).filter(
      (key) => !/guide-ioredis|nestjs-session|iron-session|better-auth/.test(key),
    ),
    cases: CASES.filter(
      ({ size, connections, action }) => size === 'small' && (connections > 1 || action === 'read'),
    ),
  },
};

/**
 * @returns by variant: `traffic`, and `figures` by name of a case, one of each round. A variant that does not exist yet is left out
 */
export async function measureRounds({
  plan,
  redisUrl,
  admin,
  say,
  keys = plan.keys ?? Object.keys(VARIANTS),
}) {
  const found = {};
  const load = new Load();
  try {
    await severalAtOnce(keys, async (key) => {
      say(`commands and round trips: ${key}`);
      const sent = await traffic(key, { redisUrl, admin, requests: plan.requests });
      if (sent !== undefined) found[key] = { traffic: sent, figures: {} };
    });
    const present = keys.filter((key) => key in found);
    for (let round = 0; round < plan.rounds; round++) {
      const name = `round ${round + 1} of ${plan.rounds}`;
      say(`${name}: ${present.length} applications start`);
      // In this order, not in the one in which they finish starting.
      const apps = new Map(present.map((key) => [key, undefined]));
      try {
        await severalAtOnce(present, async (key) => apps.set(key, await Application.start(key, redisUrl)));
        const cookies = await beginAll({ apps, plan, admin, say: (what) => say(`${name}: ${what}`) });
        for (const [place, cases] of alike(plan.cases).entries()) {
          say(`${name}: ${cases.map((each) => each.name).join(', ')}`);
          await measureAlike({ cases, turn: round + place, plan, apps, load, cookies, admin, found });
        }
      } finally {
        for (const app of apps.values()) await app?.stop();
      }
    }
  } finally {
    await load.stop();
  }
  return found;
}

/** What mostly waits: processes that start, answers that are held back. */
async function severalAtOnce(keys, work) {
  const left = [...keys];
  const worker = async () => {
    for (let key = left.shift(); key !== undefined; key = left.shift()) await work(key);
  };
  await Promise.all(Array.from({ length: 3 }, worker));
}

/** Sessions of every application, new ones in each round: none of them is due to end or to be renewed while it is used. */
async function beginAll({ apps, plan, admin, say }) {
  await admin.flushall();
  const cookies = new Map();
  for (const [key, app] of apps) {
    for (const [size, { sessions, bytes }] of Object.entries(SIZES)) {
      if (!plan.cases.some((each) => each.size === size && canDo(key, each))) continue;
      say(`sessions of ${key}`);
      const made = await app.begin(Math.max(64, Math.round(sessions * plan.share)), bytes);
      // An application without sessions is sent a cookie as well, as long as any other.
      cookies.set(
        `${key} ${size}`,
        made.map((cookie) => cookie ?? `sid=s:${'x'.repeat(66)}.${'y'.repeat(43)}`),
      );
    }
  }
  return cookies;
}

/** Cases by what they ask for. Those that differ in connections only are measured one right after the other: what is compiled for one is for all. */
function alike(cases) {
  const groups = new Map();
  for (const each of cases) {
    const what = `${each.action} ${each.size}`;
    groups.set(what, [...(groups.get(what) ?? []), each]);
  }
  return [...groups.values()];
}

async function measureAlike({ cases, turn, plan, apps, load, cookies, admin, found }) {
  const keys = [...apps.keys()].filter((key) => canDo(key, cases[0]));
  const first = turn % keys.length;
  for (const key of [...keys.slice(first), ...keys.slice(0, first)]) {
    for (const { name, action, size, connections } of cases) {
      const figures = await measure({
        apps: [apps.get(key)],
        loads: [load],
        admin,
        action,
        connections,
        cookies: cookies.get(`${key} ${size}`),
        // One connection alone takes much longer for as many, and large sessions run the same code.
        warm: Math.ceil(plan.warm / ((connections > 1 ? 1 : 8) * (size === 'large' ? 8 : 1))),
        duration: plan.duration,
      });
      (found[key].figures[name] ??= []).push(figures);
      // Answers to connections that were cut come in, and belong to nobody's measurement.
      await wait(20);
    }
  }
}
