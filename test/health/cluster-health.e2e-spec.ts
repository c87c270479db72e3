import { afterEach, expect, it } from '@jest/globals';
import { type RedisCluster, startCluster } from 'redis-anywhere';
import { type Told, useHealthApps } from '../support/health.apps.js';
import { nodesHere, useRedisCluster } from '../support/redis-cluster.js';

const redis = useRedisCluster();
const start = useHealthApps(afterEach);
const TIMEOUT = 2_000;
/** A node that is gone is not waited for long. */
const health = { timeout: TIMEOUT, maxLatency: TIMEOUT - 1, minReplicas: 1 };
const options = ({ nodes }: RedisCluster = redis.servers) => ({
  cluster: nodes.map(({ host, port }) => `${host}:${port}`),
});
const statuses = ({ primaries = [] }: Told) => primaries.map(({ status }) => status).toSorted();

it('each primary is told with its share and its replicas, without addresses', async () => {
  const app = await start(options(), { health });
  const { code, redis: told, text } = await app.until(({ status }) => status === 'up');
  expect(code).toBe(200);
  expect(told).toEqual({
    status: 'up',
    topology: 'cluster',
    latency: expect.any(Number),
    primaries: Array.from({ length: 3 }, () => ({
      status: 'up',
      slots: expect.any(Number),
      latency: expect.any(Number),
      replicas: 1,
      replicationLag: expect.any(Number),
    })),
    queue: { waiting: 0, unanswered: 0 },
    failovers: { count: 0 },
  });
  expect(told.primaries?.reduce((sum, { slots }) => sum + slots, 0)).toBe(16_384);
  expect(text).not.toContain('127.0.0.1');
  for (const { port } of redis.servers.nodes) expect(text).not.toContain(String(port));
});

it("the application's own client, and addresses for whoever asks for them", async () => {
  const app = await start({ client: redis.cluster }, { health: { ...health, showAddresses: true } });
  const { redis: told } = await app.until(({ status }) => status === 'up');
  const primary = await redis.servers.primaryOf('key');
  expect(told.primaries?.map(({ address }) => address)).toContain(`127.0.0.1:${primary.port}`);
});

it('a primary that is lost is degraded, its successor is found without a request, and the failover seen', async () => {
  const app = await start(options(), { health });
  await app.until(({ status }) => status === 'up');
  const lost = await redis.servers.primaryOf('key');
  await redis.servers.kill(lost);
  const during = await app.until(({ status }) => status === 'degraded');
  expect([during.code, during.overall]).toEqual([200, 'degraded']);
  expect(during.redis.reasons).toContain('primaries');
  expect(during.redis.message).toContain(
    '1 of 3 primaries does not serve: requests for sessions there get 503.',
  );
  expect(statuses(during.redis)).toEqual(['down', 'up', 'up']);

  // The successor has no replica of its own yet.
  const after = await app.until((told) => told.failovers.count > 0 && statuses(told)[0] === 'up');
  expect(after.redis).toMatchObject({
    status: 'degraded',
    reasons: ['minReplicas'],
    message: '0 replicas follow; minReplicas is 1.',
    failovers: { count: 1, lastAt: expect.any(String) },
  });
  await redis.servers.restart(lost);
  await app.until(({ status }) => status === 'up');
  await redis.servers.settled();
}, 60_000);

it('a Cluster that refuses everything because slots are served by nobody is down, although its nodes answer', async () => {
  // Redis's own default, which is other than that of redis-anywhere.
  const args = ['--cluster-require-full-coverage', 'yes'];
  const servers = await startCluster({ ...nodesHere, args });
  try {
    const app = await start(options(servers), { health });
    await app.until(({ status }) => status === 'up');
    const lost = await servers.primaryOf('key');
    const successors = await servers.replicasOf(lost);
    await Promise.all([lost, ...successors].map((node) => servers.kill(node)));
    const { code, redis: told } = await app.until(({ status }) => status === 'down');
    expect(code).toBe(503);
    expect(told.message).toMatch(/^The Cluster refuses all commands \(cluster_state:fail\)/);
    expect(told.primaries?.filter(({ latency }) => latency !== undefined)).toHaveLength(2);
  } finally {
    await servers.stop();
  }
}, 90_000);
