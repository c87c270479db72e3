import { expect, it } from '@jest/globals';
import { useAttemptsApps } from '../support/attempts.apps.js';
import { useRedis } from '../support/redis.js';

const TRIES = 400;
const AT_ONE_TIME = 40;
/** The default. What is done for forty logins at one time takes a part of it, also on a machine that is busy. */
const MINIMUM = 250;
const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const start = useAttemptsApps(redis, 'express');

/**
 * How likely a try on an account that exists takes longer than one on a name that nobody has: 0.5 if the time tells nothing, 1 or 0 if it
 * tells everything (the statistic of Mann and Whitney). With 400 of each, chance alone stays within 0.5 ± 0.08, four standard deviations.
 */
function tells(existing: readonly number[], unknown: readonly number[]): number {
  const wins = existing.map((one) => unknown.filter((other) => one > other).length);
  return wins.reduce((sum, count) => sum + count, 0) / (existing.length * unknown.length);
}

/** Tries at both kinds of names by turns; checking a password takes its time, and of a name that nobody has there is nothing to check. */
async function measure(minimumTime: number): Promise<number> {
  const { from, passwords } = await start({
    minimumTime,
    account: false,
    address: false,
    pair: false,
    disableAfter: false,
  });
  passwords.pause = (name) =>
    name === 'alice' ? new Promise((resolve) => setTimeout(resolve, 25)) : Promise.resolve();
  const client = from();
  const taken = { alice: [] as number[], nobody: [] as number[] };
  const take = async (name: 'alice' | 'nobody'): Promise<void> => {
    const begun = performance.now();
    await client.login(name);
    taken[name].push(performance.now() - begun);
  };
  for (let round = 0; round < 2; round++)
    await Promise.all(
      Array.from({ length: AT_ONE_TIME }, (_, turn) => take(turn % 2 === 0 ? 'alice' : 'nobody')),
    );
  taken.alice = [];
  taken.nobody = [];
  for (let round = 0; round < (2 * TRIES) / AT_ONE_TIME; round++) {
    const names = Array.from({ length: AT_ONE_TIME }, (_, turn) =>
      (turn + round) % 2 === 0 ? ('alice' as const) : ('nobody' as const),
    );
    await Promise.all(names.map(take));
  }
  expect([taken.alice.length, taken.nobody.length]).toEqual([TRIES, TRIES]);
  return tells(taken.alice, taken.nobody);
}

it('400 tries of each do not tell an account that exists from one that does not', async () => {
  expect(Math.abs((await measure(MINIMUM)) - 0.5)).toBeLessThan(0.08);
});

it('and would without a minimum time', async () => {
  expect(await measure(0)).toBeGreaterThan(0.7);
});
