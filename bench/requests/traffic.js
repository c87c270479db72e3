// What one request sends to Redis, and how many of Redis's answers it waits for; and whether what was written is really there.
// Requests one after the other, through a proxy that slows Redis down, in an application that is measured for nothing else.
import { Application } from './child.js';
import { ASKS } from './measure.js';
import { SlowProxy } from './proxy.js';
import { canDo, SIZES, VARIANTS } from './variants.js';

/** Milliseconds that every reply is held back: far more than a request takes otherwise. */
const DELAY = 40;
const ACTIONS = ['read', 'write', 'without', 'plain'];

/**
 * @returns commands and round trips a request, by action; `undefined` if there is no such variant yet
 * @throws Error if a write was lost
 */
export async function traffic(key, { redisUrl, admin, requests }) {
  const proxy = await SlowProxy.start(redisUrl, DELAY);
  const app = await Application.start(key, proxy.url);
  try {
    if (app === undefined) return undefined;
    let [cookie] = await app.begin(1, SIZES.small.bytes);
    // A cache that Redis has to be asked to announce changes to.
    await new Promise((resolve) => setTimeout(resolve, 10 * DELAY));
    const found = {};
    for (const action of ACTIONS.filter((name) => canDo(key, { action: name, size: 'small' }))) {
      const ask = () =>
        app.request(ASKS[action].method, ASKS[action].path, {
          cookie: action === 'without' || action === 'plain' ? undefined : cookie,
        });
      // The first ones load scripts, fill caches and have code compiled.
      for (let made = 0; made < 3; made++) ({ cookie } = await kept(ask, cookie));
      const before = proxy.commands;
      let trips = 0;
      for (let made = 0; made < requests; made++) {
        const { replies } = proxy;
        const answer = await kept(ask, cookie);
        cookie = answer.cookie;
        // No more than there were replies: a machine that is busy elsewhere makes answers late too.
        trips += Math.min(Math.floor(answer.took / DELAY), proxy.replies - replies);
      }
      // What an answer does not wait for is sent all the same.
      await new Promise((resolve) => setTimeout(resolve, 2 * DELAY));
      found[action] = { commands: (proxy.commands - before) / requests, trips: trips / requests };
      if (action === 'write') await checkStored(app, { admin, cookie, written: requests + 3 });
    }
    return found;
  } finally {
    await app?.stop();
    proxy.stop();
  }
}

/** A request that brings no cookie may get one, which is not the session's. */
async function kept(ask, cookie) {
  const answer = await ask();
  return { ...answer, cookie: answer.cookie ?? cookie };
}

async function checkStored(app, { admin, cookie, written }) {
  const { json } = await app.request('GET', '/read', { cookie });
  const { setUp, cannot = [] } = VARIANTS[app.key];
  if (setUp === 'bare') return;
  const stored = cannot.includes('redis')
    ? json.count
    : JSON.parse((await admin.get(redisKeyOf(cookie))) ?? '{}').count;
  if (json.count !== written || stored !== written)
    throw new Error(`${app.key}: ${written} writes, but ${json.count} are read and ${stored} are in Redis.`);
}

/** `s:<id>.<signature>`, where the id of this library is `<handle>.<secret>`; @fastify/session leaves the `s:` out. */
export function redisKeyOf(cookie) {
  const value = decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)).replace(/^s:/, '');
  return `sess:${value.slice(0, value.lastIndexOf('.')).split('.')[0]}`;
}
