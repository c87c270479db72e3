import { expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useAppProcesses } from './app.process.js';

const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const apps = useAppProcesses();
const guess = (origin: string, username: string) =>
  new Browser(origin).post('/login', { username, password: 'wrong' }).catch(() => undefined);

it('two processes count together, and one that is killed in mid-burst leaves no key without an expiry', async () => {
  const [one, other] = [apps.start({ REDIS_URL: redis.url }), apps.start({ REDIS_URL: redis.url })];
  const origins = await Promise.all([one.ready(), other.ready()]);
  const together = await Promise.all(
    Array.from({ length: 60 }, (_, place) => guess(origins[place % 2]!, 'bob')),
  );
  const statuses = together.map((answer) => answer?.status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(5);
  expect(statuses.filter((status) => status === 429)).toHaveLength(55);

  const before = await redis.client.dbsize();
  const burst = Array.from({ length: 60 }, () => guess(origins[0], 'alice'));
  while ((await redis.client.dbsize()) === before) await new Promise(setImmediate);
  const { signal } = await one.kill('SIGKILL');
  expect(signal).toBe('SIGKILL');
  expect((await Promise.all(burst)).every((answer) => answer === undefined)).toBe(true);
  const keys = await redis.client.keys('*');
  expect(keys.length).toBeGreaterThan(before);
  for (const key of keys) expect(await redis.client.pttl(key)).toBeGreaterThan(0);
  // What the dead process had reserved stays counted, so killing it wins no guess.
  const after = await Promise.all(Array.from({ length: 20 }, () => guess(origins[1], 'alice')));
  expect(after.filter((answer) => answer?.status === 401).length).toBeLessThanOrEqual(5);
});
