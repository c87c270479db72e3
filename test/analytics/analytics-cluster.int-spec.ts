import { expect, it } from '@jest/globals';
import { startCounting } from '../support/analytics.apps.js';
import { Browser } from '../support/browser.js';
import { useRedisCluster } from '../support/redis-cluster.js';

const redis = useRedisCluster();

it('a Cluster of three primaries counts and reads, and every key goes by itself', async () => {
  const session = { redis: { client: redis.cluster } };
  const app = await startCounting('', 'express', {}, { session });
  const browser = new Browser(app.origin);
  await browser.post('/sign-up/account');
  await browser.post('/login');
  await new Promise((resolve) => setImmediate(resolve));
  await app.analytics.flush();
  const [, today] = await app.analytics.lastDays(2);
  expect(today).toMatchObject({
    visitors: 1,
    sessions: 2,
    requests: 2,
    funnels: { 'sign-up': [{ step: 'account', sessions: 1 }, {}, {}] },
  });
  expect((await app.analytics.now()).activeSessions).toBe(1);
  const lives = await Promise.all(
    redis.cluster.nodes('master').map(async (node) => {
      const found = await node.keys('analytics:*');
      return Promise.all(found.map((key) => node.pttl(key)));
    }),
  );
  expect(lives.flat().length).toBeGreaterThan(4);
  expect(lives.flat().every((left) => left > 0)).toBe(true);
  await app.close();
});
