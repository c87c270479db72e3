// One measurement: an application under load, for a time.

/** What is asked, by name. */
export const ASKS = {
  read: { method: 'GET', path: '/read' },
  /** Without a cookie: a page that asks for the session, and one that does not, as a health check. */
  without: { method: 'GET', path: '/read' },
  plain: { method: 'GET', path: '/plain' },
  write: { method: 'POST', path: '/write' },
};

/** CPU time that Redis has used so far, in microseconds, and the commands that it ran, those inside scripts included. */
export async function redisUsage(admin) {
  const text = await admin.info('cpu');
  const seconds = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(text)[1]);
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
}

/**
 * Loads applications: warms them with requests, then measures for `duration` milliseconds in the middle of the load. What an
 * application tells of itself (CPU, requests) it tells of one instant, so that nothing of the beginning and the end counts.
 *
 * @param how `apps`, and a process that loads for each of them; `connections` to each of them. `isShared`: all of them are asked with
 *   all sessions, instead of each with sessions of its own
 * @throws Error if any request failed
 */
export async function measure(how) {
  const { apps, admin, action, cookies, connections, warm, duration, isShared = false } = how;
  const loads = how.loads.slice(0, apps.length);
  const cookiesOf = (index) => {
    if (action === 'without' || action === 'plain') return [null];
    return isShared ? cookies : cookies.filter((_, place) => place % apps.length === index);
  };
  await Promise.all(
    apps.map(({ port }, index) =>
      loads[index].ask('begin', { port, asks: [ASKS[action]], cookies: cookiesOf(index), connections, warm }),
    ),
  );
  const look = () => Promise.all([redisUsage(admin), ...apps.map((app) => app.ask('usage'))]);
  const [redisBefore, ...before] = await look();
  for (const load of loads) await load.ask('open');
  await new Promise((resolve) => setTimeout(resolve, duration));
  const [redisAfter, ...after] = await look();
  const results = await Promise.all(loads.map((load) => load.ask('close')));
  const problem = results.find((result) => result.problem !== undefined)?.problem;
  if (problem !== undefined) throw new Error(`${apps[0].key}, ${action}: ${problem}`);
  const of = (name) => after.map((late, index) => late[name] - before[index][name]);
  const requests = of('requests').reduce(add);
  return {
    perSecond: of('at')
      .map((time, index) => (of('requests')[index] / time) * 1_000)
      .reduce(add),
    p50: results[0].p50,
    p99: results[0].p99,
    cpu: of('cpu').reduce(add) / requests,
    redisCpu: (redisAfter - redisBefore) / requests,
  };
}

const add = (one, other) => one + other;
