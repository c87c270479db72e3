// Races: what parallel requests of one browser do to its session.
import { keyOf } from './system.js';

/** `count` keys written to one session, `width` at a time. How many are missing afterwards. */
export async function lostKeys(system, { count, width }) {
  const cookie = await system.loggedIn();
  for (let from = 0; from < count; from += width) {
    const batch = Array.from({ length: Math.min(width, count - from) }, (_, index) =>
      system.ask(`/set?key=k${from + index}&value=${from + index}`, { cookie }),
    );
    await Promise.all(batch);
  }
  const { json } = await system.ask('/data', { cookie });
  let lost = 0;
  for (let index = 0; index < count; index++) if (json[`k${index}`] !== String(index)) lost++;
  return lost;
}

/** One is added to a counter `count` times, `width` at a time. How many of them are missing afterwards. */
export async function lostIncrements(system, { count, width }) {
  const cookie = await system.loggedIn();
  for (let from = 0; from < count; from += width) {
    const size = Math.min(width, count - from);
    await Promise.all(Array.from({ length: size }, () => system.ask('/add', { cookie })));
  }
  const { json } = await system.ask('/data', { cookie });
  return count - (json.count ?? 0);
}

const byRequest = (path) => (system, cookie) => system.ask(path, { cookie });

/** The ways in which a session ends. */
export const ENDS = {
  logout: byRequest('/logout'),
  destroy: byRequest('/destroy'),
  regenerate: byRequest('/regenerate'),
  revoke: byRequest('/revoke'),
  'revoke-all': byRequest('/revokeAll'),
  'deleted by an administrator': (system, cookie) => system.client.del(keyOf(cookie)),
  expiry: async (system, cookie) => {
    await system.client.pexpire(keyOf(cookie), 1);
    while (await system.client.exists(keyOf(cookie)));
  },
};

/** Ends sessions that have a slow read and a slow write in flight, which go on afterwards, in either order. How many are back. */
export async function revived(system, { end, rounds }) {
  let back = 0;
  for (let round = 0; round < rounds; round++) {
    const cookie = await system.loggedIn();
    const gates = ['read', 'write'].map((name) => `${keyOf(cookie)}-${name}`);
    const [readGate, writeGate] = gates.map(encodeURIComponent);
    const reading = system.ask(`/data?gate=${readGate}`, { cookie });
    const writing = system.ask(`/set?key=late&value=1&gate=${writeGate}`, { cookie });
    await system.ask(`/arrived?gate=${readGate}`);
    await system.ask(`/arrived?gate=${writeGate}`);
    await end(system, cookie);
    const steps = [
      () => Promise.all([system.ask(`/open?gate=${readGate}`), reading]),
      () => Promise.all([system.ask(`/open?gate=${writeGate}`), writing]),
    ];
    if (round % 2 === 1) steps.reverse();
    for (const step of steps) await step();
    if (await system.client.exists(keyOf(cookie))) back++;
  }
  return back;
}
