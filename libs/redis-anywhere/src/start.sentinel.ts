import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RedisAnywhereError } from './redis-anywhere.error.js';
import { infoFields } from './resp.probe.js';
import { refuseArguments } from './server.arguments.js';
import { HOST } from './server.process.js';
import type { RedisNode, RedisSentinel, StartSentinelOptions } from './start-topology.options.js';
import { type NodePlace, TopologyNode } from './topology.node.js';
import { TopologyNodes } from './topology.nodes.js';
import { commonArguments, startTopology } from './topology.start.js';

const NAME = 'mymaster';
const DATA = ['node-1', 'node-2', 'node-3'];
const WATCHERS = ['sentinel-1', 'sentinel-2', 'sentinel-3'];
/** How many Sentinels have to miss the primary before they agree on another one. */
const QUORUM = 2;
/** A primary that is silent for so long is missed, ms. With half of it, a busy machine of two cores saw failovers without a cause. */
const DOWN_AFTER = 1_000;
/** A failover that does not get on is given up after this and tried again after twice this, ms. */
const FAILOVER_TIMEOUT = 2_000;

/**
 * Starts one primary, two replicas and three Sentinels, and resolves when all have found each other: a second or two. A primary that
 * is killed has a successor 2 to 3 s later.
 *
 * @throws RedisAnywhereError with `NO_REDIS`, `WAY_UNAVAILABLE`, `START_FAILED`, `BAD_OPTION`
 */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<RedisSentinel> {
  const { args = [], sentinelPassword } = options;
  refuseArguments(args);
  return startTopology(options, [...DATA, ...WATCHERS], async ({ places, origin, ...start }) => {
    const { settings } = start;
    const nodes = places.map((place) => {
      const isData = DATA.includes(place.name);
      return new TopologyNode(place, start, isData ? settings.password : sentinelPassword);
    });
    const data = nodes.filter(({ name }) => DATA.includes(name));
    const watchers = nodes.filter((node) => !data.includes(node));
    const primary = places[0]?.port ?? 0;
    await Promise.all(
      data.map((node, index) =>
        node.launch(async (folder) => [
          await dataFile(folder, index === 0 ? undefined : primary),
          ...commonArguments(node.place, folder, settings),
          ...args,
        ]),
      ),
    );
    await Promise.all(
      watchers.map((node) =>
        node.launch(async (folder) => [
          await sentinelFile(folder, { place: node.place, primary, ...settings, sentinelPassword }),
          '--sentinel',
        ]),
      ),
    );
    const description = `${origin}: ${NAME} on ${HOST}, data on ports ${portsOf(data)}, Sentinels on ${portsOf(watchers)}`;
    const { keeper } = start;
    const { partitions = false, startTimeout } = settings;
    const sentinel = new SentinelNodes({ keeper, nodes, partitions, startTimeout, description });
    await sentinel.settled();
    settings.onProgress?.(`using ${description}.`);
    return sentinel;
  });
}

/**
 * A configuration file for a node, so that what Sentinel makes of it holds over a restart. Everything else stands in the arguments,
 * which are stronger.
 */
async function dataFile(folder: string, primary: number | undefined): Promise<string> {
  const path = join(folder, 'redis.conf');
  await writeFile(path, primary === undefined ? '' : `replicaof ${HOST} ${primary}\n`);
  return path;
}

interface SentinelFile {
  place: NodePlace;
  primary: number;
  password?: string;
  sentinelPassword?: string;
}

async function sentinelFile(folder: string, options: SentinelFile): Promise<string> {
  const { place, primary, password, sentinelPassword } = options;
  const path = join(folder, 'sentinel.conf');
  const lines = [
    `port ${place.ownPort}`,
    `bind ${HOST}`,
    `dir ${quoted(folder)}`,
    `sentinel announce-ip ${HOST}`,
    `sentinel announce-port ${place.port}`,
    `sentinel monitor ${NAME} ${HOST} ${primary} ${QUORUM}`,
    `sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER}`,
    `sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT}`,
    `sentinel parallel-syncs ${NAME} 2`,
  ];
  if (place.source !== undefined) lines.push(`bind-source-addr ${place.source}`);
  if (password !== undefined) lines.push(`sentinel auth-pass ${NAME} ${quoted(password)}`);
  if (sentinelPassword !== undefined) {
    lines.push(
      `requirepass ${quoted(sentinelPassword)}`,
      `sentinel sentinel-pass ${quoted(sentinelPassword)}`,
    );
  }
  await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
  return path;
}

/** As configuration files of Redis want text with signs of their own. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function portsOf(nodes: readonly TopologyNode[]): string {
  return nodes.map(({ port }) => port).join(', ');
}

class SentinelNodes extends TopologyNodes implements RedisSentinel {
  readonly name = NAME;

  get sentinels(): readonly { host: string; port: number }[] {
    return this.#watchers.map(({ host, port }) => ({ host, port }));
  }

  async primary(): Promise<TopologyNode> {
    const views = await Promise.all(this.#watchers.filter(({ answers }) => answers).map(viewOf));
    const ports = views.flatMap((view) => view?.port ?? []);
    const named = ports.filter((port) => ports.filter((other) => other === port).length * 2 > ports.length);
    const node = this.nodes.find(({ port }) => port === named[0]);
    if (node) return node;
    throw new RedisAnywhereError('NOT_RUNNING', 'The Sentinels that run do not agree on a primary.');
  }

  /**
   * One that is no longer the primary follows the new one from its start, as init scripts of such deployments see to. Left alone, it
   * would be a second primary until the Sentinels correct it, about ten seconds.
   */
  override async restart(node: RedisNode | string): Promise<void> {
    const { folder, name } = this.node(node);
    const primary = await this.primary().catch(() => undefined);
    if (DATA.includes(name) && primary !== undefined && primary.name !== name)
      await dataFile(folder, primary.port);
    await super.restart(node);
  }

  protected async missing(): Promise<string | undefined> {
    const watchers = this.#watchers.filter(({ answers }) => answers);
    const data = this.nodes.filter(({ name, answers }) => DATA.includes(name) && answers);
    const primary = await this.primary();
    if (!data.includes(primary)) return `${primary.name}, the primary, does not run`;
    for (const node of data) {
      const replication = infoFields(await node.ask('INFO', 'replication'));
      if (node === primary) {
        const inStep = [...replication.values()].filter((value) => value.includes('state=online'));
        if (replication.get('role') !== 'master') return `${node.name} is not the primary yet`;
        if (inStep.length < data.length - 1) return `${node.name} misses a replica`;
      } else if (
        replication.get('master_port') !== String(primary.port) ||
        replication.get('master_link_status') !== 'up'
      ) {
        return `${node.name} does not follow ${primary.name} yet`;
      }
    }
    for (const node of watchers) {
      const view = await viewOf(node);
      if (view?.port !== primary.port || view.status !== 'ok')
        return `${node.name} does not see ${primary.name}`;
      if (view.replicas < data.length - 1) return `${node.name} does not know every replica`;
      if (view.sentinels < watchers.length) return `${node.name} does not know every Sentinel`;
      await node.ask('SENTINEL', 'CKQUORUM', NAME);
    }
    return undefined;
  }

  get #watchers(): TopologyNode[] {
    return this.nodes.filter(({ name }) => WATCHERS.includes(name));
  }
}

/** What a Sentinel says of the primary: `name=mymaster,status=ok,address=127.0.0.1:21034,slaves=2,sentinels=3`. */
async function viewOf(node: TopologyNode) {
  const line = infoFields(await node.ask('INFO', 'sentinel')).get('master0') ?? '';
  const [, status, port, replicas, sentinels] =
    /status=(\w+),address=\S*:(\d+),slaves=(\d+),sentinels=(\d+)/.exec(line) ?? [];
  if (port === undefined) return undefined;
  return { status, port: Number(port), replicas: Number(replicas), sentinels: Number(sentinels) };
}
