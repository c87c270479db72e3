import { findLocalBinary, LOCAL_WAYS, type LocalBinary, type LocalWay } from './local.binary.js';
import { BUS_OFFSET, freeLoopbackPort, freeNodePorts } from './loopback.port.js';
import { ProcessKeeper } from './process.keeper.js';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { HOST } from './server.process.js';
import type { StartTopologyOptions } from './start-topology.options.js';
import { type NodePlace, type NodeStart, PORT_TAKEN } from './topology.node.js';
import { firstOf } from './way.search.js';

/** How often free ports may be snatched away before they are bound. */
const ATTEMPTS = 5;

/** What the start of a topology is given. */
export interface TopologyStart extends NodeStart {
  places: readonly NodePlace[];
  /** `Redis 7.0.15, /usr/bin/redis-server found on PATH` */
  origin: string;
}

/**
 * Finds a binary and ports, and has `start` start nodes there. Leaves nothing behind when it throws, and tries again on other ports
 * when one was taken meanwhile.
 */
export async function startTopology<T>(
  options: StartTopologyOptions,
  names: readonly string[],
  start: (parts: TopologyStart) => Promise<T>,
): Promise<T> {
  const settings = settingsFrom(options, names.length);
  const local = await findBinary(options.via, settings);
  if (settings.partitions) refusePartitions(local);
  for (let attempt = 1; ; attempt++) {
    const keeper = await ProcessKeeper.start();
    try {
      const places = await placesFor(names, settings);
      if (settings.partitions) await openRoutes(keeper, places);
      const origin = `${local.binary.version}, ${local.origin}`;
      return await start({ keeper, local, settings, places, origin });
    } catch (error) {
      await keeper.end();
      const wasTaken = error instanceof RedisAnywhereError && error.cause === PORT_TAKEN;
      if (!wasTaken || settings.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

function settingsFrom(options: StartTopologyOptions, count: number) {
  const { port, startTimeout = 30_000 } = options;
  const highest = 65_535 - BUS_OFFSET - count;
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= highest)) {
    throw new RedisAnywhereError('BAD_OPTION', `The option port is ${port}; allowed are 1 to ${highest}.`);
  }
  if (!(startTimeout > 0)) {
    const message = `The option startTimeout is ${startTimeout}; it takes milliseconds above 0.`;
    throw new RedisAnywhereError('BAD_OPTION', message);
  }
  const env = options.env ?? process.env;
  const onProgress =
    options.onProgress ?? ((line: string) => void process.stderr.write(`redis-anywhere: ${line}\n`));
  return { ...options, startTimeout, env, onProgress };
}

type Settings = ReturnType<typeof settingsFrom>;

async function findBinary(option: string | undefined, settings: Settings): Promise<LocalBinary> {
  const forced = forcedWay(option, settings.env['REDIS_VIA']);
  return firstOf(LOCAL_WAYS, forced, (way) => findLocalBinary(way, settings));
}

function forcedWay(option: string | undefined, variable: string | undefined): LocalWay | undefined {
  const wanted = option ?? (variable || undefined);
  if (wanted === undefined) return undefined;
  const way = LOCAL_WAYS.find((known) => known === wanted);
  if (way) return way;
  const name = option === undefined ? 'The variable REDIS_VIA' : 'The option via';
  throw new RedisAnywhereError(
    'BAD_OPTION',
    `${name} is '${wanted}'. The nodes of a Sentinel or Cluster are processes of this machine, because the addresses that they tell each other have to hold for your program too; allowed are ${LOCAL_WAYS.join(', ')}.`,
  );
}

function refusePartitions({ binary }: LocalBinary): void {
  const major = Number(/ (\d+)/.exec(binary.version)?.[1]);
  if (process.platform === 'linux' && major >= 7) return;
  throw new RedisAnywhereError(
    'BAD_OPTION',
    `The option partitions needs Linux, where every node can have an address of its own, and Redis 7 or Valkey; here is ${process.platform} with ${binary.version}.`,
  );
}

async function placesFor(names: readonly string[], settings: Settings): Promise<NodePlace[]> {
  const { port, partitions = false } = settings;
  const own = await freeNodePorts(names.length);
  const places = names.map(async (name, index): Promise<NodePlace> => {
    const ownPort = own[index] ?? 0;
    const ownBusPort = ownPort + BUS_OFFSET;
    if (partitions) {
      const [told, toldBus] = [await freeLoopbackPort(), await freeLoopbackPort()];
      const source = `127.0.0.${11 + index}`;
      return {
        name,
        port: port === undefined ? told : port + index,
        busPort: toldBus,
        ownPort,
        ownBusPort,
        source,
      };
    }
    const told = port === undefined ? ownPort : port + index;
    return {
      name,
      port: told,
      busPort: told + BUS_OFFSET,
      ownPort: told,
      ownBusPort: told + BUS_OFFSET,
      source: undefined,
    };
  });
  return Promise.all(places);
}

/** A relay before every port, so that everything that is said can be cut. */
async function openRoutes(keeper: ProcessKeeper, places: readonly NodePlace[]): Promise<void> {
  const sources: Record<string, string> = {};
  for (const { name, source } of places) if (source !== undefined) sources[source] = name;
  const routes = places.flatMap(({ name: to, port, ownPort, busPort, ownBusPort }) => [
    { host: HOST, port, target: ownPort, to, sources },
    { host: HOST, port: busPort, target: ownBusPort, to, sources },
  ]);
  try {
    await Promise.all(routes.map((route) => keeper.openRoute(route)));
  } catch (error) {
    throw new RedisAnywhereError('START_FAILED', `A port is taken: ${reasonOf(error)}.`, {
      cause: PORT_TAKEN,
    });
  }
}

/** What nodes of both topologies are started with. */
export function commonArguments(
  { ownPort, port, source }: NodePlace,
  folder: string,
  settings: Pick<StartTopologyOptions, 'password'>,
): string[] {
  const { password } = settings;
  return [
    ...['--port', String(ownPort), '--bind', HOST, '--dir', folder, '--daemonize', 'no'],
    // A primary that comes back empty would have its replicas throw their data away.
    ...['--save', '', '--appendonly', 'yes'],
    // Replicas need not wait for others to be served with them.
    ...['--repl-diskless-sync-delay', '0'],
    ...['--replica-announce-ip', HOST, '--replica-announce-port', String(port)],
    ...(source === undefined ? [] : ['--bind-source-addr', source]),
    ...(password === undefined ? [] : ['--requirepass', password, '--masterauth', password]),
  ];
}
