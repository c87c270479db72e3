// What is compared. Each one is a Nest application, a process of its own; set-ups.js says how it gets its sessions.

/** @typedef {{ title: string, adapter: 'express' | 'fastify', setUp: string, cannot?: string[] }} Variant */

/** @type {Record<string, Variant>} `cannot`: cases that make no sense there, with the reason in docs/benchmarks.md */
export const VARIANTS = {
  'express-bare': { title: 'no sessions', adapter: 'express', setUp: 'bare' },
  'express-bare-again': { title: 'no sessions, once more', adapter: 'express', setUp: 'bare' },
  'express-guide': {
    title: 'express-session + connect-redis, node-redis',
    adapter: 'express',
    setUp: 'nodeRedis',
  },
  'express-guide-ioredis': {
    title: 'express-session + connect-redis, ioredis',
    adapter: 'express',
    setUp: 'ioredis',
  },
  'express-nestjs-session': {
    title: 'nestjs-session + connect-redis, node-redis',
    adapter: 'express',
    setUp: 'nestjsSession',
  },
  'express-iron-session': {
    title: 'iron-session (all data in the cookie)',
    adapter: 'express',
    setUp: 'ironSession',
    cannot: ['large', 'redis'],
  },
  'express-better-auth': {
    title: 'better-auth `getSession`, Redis',
    adapter: 'express',
    setUp: 'betterAuth',
    cannot: ['large', 'write'],
  },
  'express-ours': { title: 'this library', adapter: 'express', setUp: 'ours' },
  'express-near': { title: 'this library, `nearCache`', adapter: 'express', setUp: 'oursNear' },
  'fastify-bare': { title: 'no sessions', adapter: 'fastify', setUp: 'bare' },
  'fastify-bare-again': { title: 'no sessions, once more', adapter: 'fastify', setUp: 'bare' },
  'fastify-session': {
    title: '@fastify/session + connect-redis, ioredis',
    adapter: 'fastify',
    setUp: 'fastifySession',
  },
  'fastify-ours': { title: 'this library', adapter: 'fastify', setUp: 'ours' },
  'fastify-near': { title: 'this library, `nearCache`', adapter: 'fastify', setUp: 'oursNear' },
};

/** What everything is divided by: the same adapter without sessions. */
export const bareOf = (key) => `${VARIANTS[key].adapter}-bare`;

/** The set-up of the guide: what added CPU and added time are divided by. */
export const GUIDE = 'express-guide';

/** Sessions by size: how many, and how many bytes the application's own data has in JSON. */
export const SIZES = {
  small: { title: '300 B', bytes: 300, sessions: 1_000 },
  large: { title: '20 KB', bytes: 20_000, sessions: 100 },
};

/** A session's data as an application could have it, of so many bytes. */
export function sampleData(bytes) {
  const data = { count: 0, userId: 'u-4711', locale: 'en-GB', currency: 'EUR', cart: [] };
  const size = () => JSON.stringify(data).length;
  for (let number = 1; size() < bytes; number++) {
    data.cart.push({ productId: `p-${number}`, title: `Product ${number}`, quantity: 1, price: 1995 });
  }
  // The last one went over: a note fills the rest instead.
  data.cart.pop();
  data.note = '';
  data.note = 'x'.repeat(Math.max(0, bytes - size()));
  return data;
}

const isAbout = (name) => (what) => what === name;

/**
 * What is measured: what is asked, by how many connections at a time, with sessions of which size. `without` and `plain` are
 * requests that bring no cookie.
 */
export const CASES = [
  ...['read', 'write'].flatMap((action) =>
    Object.keys(SIZES).flatMap((size) => [64, 1].map((connections) => ({ action, size, connections }))),
  ),
  ...['without', 'plain'].flatMap((action) =>
    [64, 1].map((connections) => ({ action, size: 'small', connections })),
  ),
].map((each) => ({ ...each, name: `${each.action} ${each.size} ${each.connections}` }));

/** A case in words. */
export function caseTitle({ action, size, connections }) {
  const asked =
    { without: 'Request without a cookie', plain: 'The same, and the session is not asked for' }[action] ??
    `${action === 'read' ? 'Read' : 'Write'}, ${SIZES[size].title}`;
  return `${asked}, ${connections} connection${connections === 1 ? '' : 's'}`;
}

/** Whether a variant can be measured in a case. */
export const canDo = (key, { action, size }) =>
  !(VARIANTS[key].cannot ?? []).some((what) => isAbout(action)(what) || isAbout(size)(what));
