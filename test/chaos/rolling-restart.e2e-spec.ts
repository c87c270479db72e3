import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { seconds, type SessionRedisOptions } from 'nestjs-redis-session';
import { type RedisTopology, startCluster, startSentinel } from 'redis-anywhere';
import { keepFigures } from '../support/figures.js';
import { LoginsLoad } from '../support/logins.load.js';
import { RaceController } from '../support/race.controller.js';
import { nodesHere } from '../support/redis-cluster.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

const MAX_WAIT = seconds(15);
const WIDTH = 64;
const until = untilWithin(30_000, 50);

/** Two applications behind what does as a load balancer: it leads nobody to one that is about to end. */
class Pair {
  private readonly apps: TestApp[] = [];
  private turn = 0;

  constructor(private readonly redis: SessionRedisOptions) {}

  async start(): Promise<void> {
    const app = await startApp('', {
      session: { redis: this.redis },
      module: { controllers: [RaceController] },
      isGraceful: true,
    });
    this.apps.push(app);
  }

  /** Where the next request goes. */
  readonly origin = (): string => this.apps[this.turn++ % this.apps.length]!.origin;

  /** Ends the one that has run longest, once nobody is led to it any more and what it was asked by then is on its way. */
  async end(drained?: () => Promise<void>): Promise<void> {
    const app = this.apps.shift();
    await drained?.();
    await app?.close();
  }

  get size(): number {
    return this.apps.length;
  }
}

interface Restarts {
  topology: RedisTopology;
  /** By name, in the order in which they are restarted. */
  nodes: string[];
  /** Leaves the role of a primary to another node, if it has it. */
  makeWay(name: string): Promise<void>;
  replicas: number;
}

/** Has a Sentinel promote a replica. `false` while it does not know of one that is fit for it: it asks each only every few seconds. */
const isPromoting = (client: Redis, name: string): Promise<boolean> =>
  client.call('SENTINEL', 'FAILOVER', name).then(
    () => true,
    (error: Error) => {
      if (error.message.startsWith('NOGOODSLAVE')) return false;
      throw error;
    },
  );

describe('everything restarted one after the other, under load', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function restartsAll(redis: SessionRedisOptions, { nodes, makeWay, topology, replicas }: Restarts) {
    const pair = new Pair({ ...redis, maxWait: MAX_WAIT, durability: { replicas, writes: 'all' } });
    ends.push(async () => {
      while (pair.size > 0) await pair.end();
    });
    await pair.start();
    await pair.start();
    const load = new LoginsLoad(pair.origin, WIDTH);
    await load.until(() => load.logins > WIDTH);
    for (const node of nodes) {
      await makeWay(node);
      await topology.restart(node);
      await topology.settled();
      const from = load.now;
      await load.until(() => load.since(from).length > WIDTH);
    }
    for (let app = 0; app < 2; app++) {
      await pair.start();
      const away = load.now;
      // A connection that is idle is closed at once, and a request may be just about to take it.
      await pair.end(() => load.until(() => load.since(away).length > WIDTH * 2));
      const from = load.now;
      await load.until(() => load.since(from).length > WIDTH);
    }
    await load.stop();
    const broken = await load.broken(pair.origin());
    const name = 'sentinels' in redis ? 'Sentinel' : 'Cluster';
    await keepFigures(
      `${name} with durability: every node and two instances restarted, one after the other`,
      {
        ...load.figuresFrom(0),
        ...broken,
      },
    );
    return { refused: load.answers.filter(({ status }) => status !== 201), ...broken };
  }

  it('costs nobody an error behind Sentinels', async () => {
    const sentinel = await startSentinel(nodesHere);
    ends.push(() => sentinel.stop());
    const { sentinels, name } = sentinel;
    const found = await restartsAll(
      { sentinels, name },
      {
        topology: sentinel,
        // All: SENTINEL FAILOVER promotes one while the primary goes on to take writes, which then only the other one has.
        replicas: 2,
        nodes: sentinel.nodes.map((node) => node.name),
        makeWay: async (node) => {
          if ((await sentinel.primary()).name !== node) return;
          const [{ host, port } = { host: '', port: 0 }] = sentinels;
          const client = new Redis(port, host);
          await until(() => isPromoting(client, name));
          client.disconnect();
          await until(async () => (await sentinel.primary()).name !== node);
          await sentinel.settled();
        },
      },
    );
    expect(found).toEqual({ refused: [], lost: 0, revived: 0 });
  }, 240_000);

  it('costs nobody an error on a Cluster', async () => {
    const cluster = await startCluster(nodesHere);
    ends.push(() => cluster.stop());
    const [{ host, port } = { host: '', port: 0 }] = cluster.nodes;
    const found = await restartsAll(
      { cluster: [{ host, port }] },
      {
        topology: cluster,
        replicas: 1,
        nodes: cluster.nodes.map((node) => node.name),
        makeWay: async (name) => {
          const node = cluster.nodes.find((one) => one.name === name)!;
          const roleOf = async (url: string) => {
            const client = new Redis(url);
            const [role] = (await client.role()) as [string];
            client.disconnect();
            return role;
          };
          if ((await roleOf(node.url)) !== 'master') return;
          const [replica] = await cluster.replicasOf(node);
          const client = new Redis(replica!.url);
          await client.cluster('FAILOVER');
          await until(async () => (await roleOf(replica!.url)) === 'master');
          client.disconnect();
          await cluster.settled();
        },
      },
    );
    expect(found).toEqual({ refused: [], lost: 0, revived: 0 });
  }, 240_000);
});
