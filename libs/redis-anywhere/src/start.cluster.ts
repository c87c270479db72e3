import { setTimeout as delay } from 'node:timers/promises';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { infoFields } from './resp.probe.js';
import { refuseArguments } from './server.arguments.js';
import { HOST } from './server.process.js';
import type { RedisCluster, RedisNode, StartTopologyOptions } from './start-topology.options.js';
import { type NodePlace, TopologyNode } from './topology.node.js';
import { TopologyNodes } from './topology.nodes.js';
import { commonArguments, startTopology } from './topology.start.js';

const SLOTS = 16_384;
const PRIMARIES = 3;
const NAMES = ['node-1', 'node-2', 'node-3', 'node-4', 'node-5', 'node-6'];
/** A node that is silent for so long is missed, ms. */
const NODE_TIMEOUT = 1_000;

/**
 * Starts three primaries (`node-1` to `node-3`) with a replica each (`node-4` to `node-6`), and resolves when all have found each
 * other: two or three seconds. A primary that is killed has a successor 2 to 3 s later; meanwhile the other slots are served
 * (`cluster-require-full-coverage no`).
 *
 * @throws RedisAnywhereError with `NO_REDIS`, `WAY_UNAVAILABLE`, `START_FAILED`, `BAD_OPTION`
 */
export async function startCluster(options: StartTopologyOptions = {}): Promise<RedisCluster> {
  const { args = [] } = options;
  refuseArguments(args);
  return startTopology(options, NAMES, async ({ places, origin, ...start }) => {
    const { keeper, settings } = start;
    const nodes = places.map((place) => new TopologyNode(place, start, settings.password));
    await Promise.all(
      nodes.map((node) =>
        node.launch(async (folder) => [
          ...commonArguments(node.place, folder, settings),
          ...clusterArguments(node.place),
          ...args,
        ]),
      ),
    );
    await join(nodes);
    const description = `${origin}: a Cluster on ${HOST}, ports ${nodes.map(({ port }) => port).join(', ')}`;
    const { partitions = false, startTimeout } = settings;
    const cluster = new ClusterNodes({ keeper, nodes, partitions, startTimeout, description });
    await follow(nodes, Date.now() + startTimeout);
    await cluster.settled();
    settings.onProgress?.(`using ${description}.`);
    return cluster;
  });
}

function clusterArguments({ port, busPort, ownBusPort }: NodePlace): string[] {
  const told = ['--cluster-announce-ip', HOST, '--cluster-announce-port', String(port)];
  return [
    ...['--cluster-enabled', 'yes', '--cluster-node-timeout', String(NODE_TIMEOUT)],
    ...['--cluster-require-full-coverage', 'no'],
    // A node that listens elsewhere than others are told stands behind a relay.
    ...(busPort === ownBusPort ? [] : [...told, '--cluster-announce-bus-port', String(busPort)]),
  ];
}

/** Gives the primaries their slots and makes all nodes known to each other, each pair at once: gossip alone takes seconds. */
async function join(nodes: readonly TopologyNode[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node, index) => {
      // Different ones, or nodes that meet would have to settle first whose view is the newer one.
      await node.ask('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
      if (index < PRIMARIES) await node.ask('CLUSTER', 'ADDSLOTS', ...slotsOf(index));
    }),
  );
  for (const [index, node] of nodes.entries()) {
    for (const { place } of nodes.slice(index + 1)) {
      await node.ask('CLUSTER', 'MEET', HOST, String(place.port), String(place.busPort));
    }
  }
}

function slotsOf(primary: number): string[] {
  const first = Math.floor((SLOTS * primary) / PRIMARIES);
  const next = Math.floor((SLOTS * (primary + 1)) / PRIMARIES);
  return Array.from({ length: next - first }, (_, index) => String(first + index));
}

/** Makes every other node a replica, as soon as it knows its primary. */
async function follow(nodes: readonly TopologyNode[], deadline: number): Promise<void> {
  await Promise.all(
    nodes.slice(PRIMARIES).map(async (replica, index) => {
      const id = await nodes[index]?.ask('CLUSTER', 'MYID');
      for (;;) {
        try {
          return await replica.ask('CLUSTER', 'REPLICATE', id ?? '');
        } catch (error) {
          if (Date.now() > deadline) {
            const message = `${replica.name} did not become a replica: ${(error as Error).message}.`;
            throw new RedisAnywhereError('START_FAILED', message, { cause: error });
          }
          await delay(20);
        }
      }
    }),
  );
}

/** A line of CLUSTER NODES. */
interface NodeLine {
  port: number;
  flags: string[];
  id: string;
  /** Id of the primary, for a replica. */
  follows: string;
  ranges: [number, number][];
}

const firstSlot = ({ ranges }: NodeLine): number => ranges[0]?.[0] ?? 0;

class ClusterNodes extends TopologyNodes implements RedisCluster {
  async primaryOf(key: string): Promise<TopologyNode> {
    const slot = Number((await this.#anybody().ask('CLUSTER', 'KEYSLOT', key)).slice(1));
    const lines = await this.#lines(this.#anybody());
    const owner = lines.find(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last));
    return this.#nodeOf(owner);
  }

  async primaries(): Promise<TopologyNode[]> {
    const lines = await this.#lines(this.#anybody());
    const serving = lines.filter(({ ranges }) => ranges.length > 0);
    const inOrder = serving.toSorted((one, other) => firstSlot(one) - firstSlot(other));
    return inOrder.map((line) => this.#nodeOf(line));
  }

  async replicasOf(primary: RedisNode | string): Promise<TopologyNode[]> {
    const { port } = this.node(primary);
    const lines = await this.#lines(this.#anybody());
    const { id } = lines.find((line) => line.port === port) ?? {};
    return lines.filter(({ follows }) => follows === id).map((line) => this.#nodeOf(line));
  }

  protected async missing(): Promise<string | undefined> {
    const alive = this.nodes.filter(({ answers }) => answers);
    for (const node of alive) {
      const info = infoFields(await node.ask('CLUSTER', 'INFO'));
      if (info.get('cluster_state') !== 'ok' || info.get('cluster_slots_ok') !== String(SLOTS))
        return `${node.name} does not find every slot served`;
      const lines = await this.#lines(node);
      for (const other of alive) {
        const line = lines.find(({ port }) => port === other.port);
        if (!line) return `${node.name} does not know ${other.name}`;
        if (line.flags.some((flag) => /fail|handshake/.test(flag)))
          return `${node.name} does not reach ${other.name}`;
      }
      const replication = infoFields(await node.ask('INFO', 'replication'));
      if (replication.get('role') === 'slave') {
        if (replication.get('master_link_status') !== 'up') return `${node.name} is not in step`;
      } else if (lines.every(({ flags, ranges }) => !flags.includes('myself') || ranges.length === 0)) {
        return `${node.name} has neither slots nor a primary`;
      }
    }
    return undefined;
  }

  #anybody(): TopologyNode {
    const node = this.nodes.find(({ answers }) => answers);
    if (node) return node;
    throw new RedisAnywhereError('NOT_RUNNING', 'No node of this Cluster runs.');
  }

  async #lines(node: TopologyNode): Promise<NodeLine[]> {
    const text = await node.ask('CLUSTER', 'NODES');
    const lines = text.split('\n').filter(Boolean);
    return lines.map((line) => {
      const [id = '', address = '', flags = '', follows = '', , , , , ...slots] = line.split(' ');
      const ranges = slots
        .filter((slot) => /^[\d-]+$/.test(slot))
        .map((slot): [number, number] => {
          const [first, last = first] = slot.split('-').map(Number);
          return [first ?? 0, last ?? 0];
        });
      return { id, port: Number(/:(\d+)/.exec(address)?.[1]), flags: flags.split(','), follows, ranges };
    });
  }

  #nodeOf(line: NodeLine | undefined): TopologyNode {
    const node = this.nodes.find(({ port }) => port === line?.port);
    if (node) return node;
    throw new RedisAnywhereError('NOT_RUNNING', 'No node of this Cluster serves that.');
  }
}
