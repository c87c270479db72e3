import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionEvents, type SessionRedisOptions } from 'nestjs-redis-session';
import { type RedisCluster, startCluster, startRedis } from 'redis-anywhere';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';
import { nodesHere } from '../support/redis-cluster.js';

/** What a start says that ends here. */
async function problemOf(options: SessionRedisOptions): Promise<string> {
  const connection = new RedisConnection(resolveRedisOptions(options), new SessionEvents());
  return connection.open().then(
    () => connection.close().then(() => 'none'),
    (error: Error) => error.message,
  );
}

const NODE = String.raw`^Redis at 127\.0\.0\.1:\d+, a node of the Cluster, cannot be used: `;

describe('a Cluster that cannot be used', () => {
  const password = 'of-the-cluster';
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await startCluster({ ...nodesHere, password })), 60_000);
  afterAll(() => cluster?.stop());

  // All at once: each waits as long as a start waits for Redis.
  it('says why, and shows no password', async () => {
    const nodes = cluster.nodes.map(({ host, port }) => ({ host, port }));
    const natMap = (): { host: string; port: number } => ({ host: '127.0.0.1', port: 1 });
    const reasons: [SessionRedisOptions, RegExp][] = [
      [{ cluster: ['127.0.0.1:1'] }, new RegExp(`${NODE}nothing listens there`)],
      [{ cluster: nodes }, new RegExp(`${NODE}Redis asks for a password`)],
      [
        { cluster: nodes, password: 'wrong-secret' },
        new RegExp(`${NODE}Redis refused the user name or the password`),
      ],
      // The one that answers knows more.
      [{ cluster: ['127.0.0.1:1', ...nodes] }, new RegExp(`${NODE}Redis asks for a password`)],
      [{ cluster: nodes, password, tls: true }, new RegExp(`${NODE}.*Does it speak TLS there\\?`)],
      [{ cluster: nodes, password, natMap }, new RegExp(`${NODE}it serves, but .*natMap`)],
    ];
    const problems = await Promise.all(reasons.map(([options]) => problemOf(options)));
    expect(problems).toEqual(reasons.map(([, reason]) => expect.stringMatching(reason)));
    expect(problems.join()).not.toContain('wrong-secret');
  });

  it.each([
    ['it is none', 'no', 'it is a single server and no Cluster: give it as redis\\.url'],
    ['it has no slots', 'yes', 'the Cluster does not serve .*cluster_state:fail'],
  ])('says that %s', async (_, enabled, reason) => {
    const server = await startRedis({ ...nodesHere, args: ['--cluster-enabled', enabled] });
    try {
      const { hostname: host, port } = new URL(server.url);
      expect(await problemOf({ cluster: [{ host, port: Number(port) }] })).toMatch(new RegExp(NODE + reason));
    } finally {
      await server.stop();
    }
  });
});
