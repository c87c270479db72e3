import type { Redis } from 'ioredis';
import { StoreUnavailableError } from '../common/index.js';
import { infoFields, isRefusal, numberOf, type RedisConnection } from '../redis/index.js';

/** What one server says of itself. `undefined`: it did not let us know, or was not asked. */
export interface ServerFacts {
  /** `host:port`, or the path of a Unix socket. */
  readonly address: string;
  /** Reached over the loopback or a Unix socket: nobody else is on the way. */
  readonly isLocal: boolean;
  readonly isEncrypted: boolean;
  /** Whether somebody without a password gets in. */
  readonly isOpen: boolean | undefined;
  /** Such as "Redis" or "Valkey". */
  readonly product: string;
  /** The version of Redis that it is or is compatible with, such as "7.2.4". */
  readonly version: string | undefined;
  readonly isReplica: boolean;
  /** Those that are in step: one that still copies cannot take over. */
  readonly replicas: number | undefined;
  /** Bytes. */
  readonly usedMemory: number | undefined;
  readonly evictionPolicy: string | undefined;
  /** Bytes; 0 is no limit. */
  readonly maxMemory: number | undefined;
  /** Whether anything is written to disk. */
  readonly isPersistent: boolean | undefined;
  /** `min-replicas-to-write`: with fewer replicas it refuses writes. Asked behind Sentinels only. */
  readonly leastReplicas: number | undefined;
  /** As the node sees its Cluster. */
  readonly cluster: ClusterView | undefined;
  /** What could not be read, in a few words each. Managed services forbid some commands. */
  readonly unreadable: readonly string[];
}

/** What a node of a Cluster says of the whole. */
export interface ClusterView {
  /** Whether it serves anything. */
  readonly isUp: boolean | undefined;
  /** Slots of 16,384 that somebody serves. */
  readonly servedSlots: number | undefined;
  /** `cluster-require-full-coverage`: whether one slot without a primary stops all. */
  readonly needsAllSlots: boolean | undefined;
}

export type Topology = 'server' | 'sentinel' | 'cluster';

/**
 * Asks one server about itself: INFO, CONFIG GET, ACL GETUSER default, and a node of a Cluster CLUSTER INFO.
 *
 * @throws StoreUnavailableError if it does not answer within `redis.maxWait`; a forbidden command is no error
 */
export async function readServerFacts(
  connection: RedisConnection,
  server: Redis,
  topology: Topology,
): Promise<ServerFacts> {
  const ask = (command: () => Promise<unknown>): Promise<unknown> => askIfAllowed(connection, command);
  const setting = async (name: string): Promise<string | undefined> => {
    const [, value] = wordsIn(await ask(() => server.config('GET', name)));
    return value;
  };
  const unless = <T>(isWanted: boolean, question: () => Promise<T>): Promise<T | undefined> =>
    isWanted ? question() : Promise.resolve(undefined);
  // First, because a connection that was not needed before is made by it.
  const info = await ask(() => server.info());
  const { sentPassword, ...way } = wayTo(server);
  const [isCluster, isWatched] = [topology === 'cluster', topology === 'sentinel'];
  const [saving, user, leastReplicas, state, coverage] = await Promise.all([
    setting('save'),
    // Who gets in without a password needs not be asked whether he would.
    sentPassword ? ask(() => server.acl('GETUSER', 'default')) : Promise.resolve(['on', 'nopass']),
    unless(isWatched, () => setting('min-replicas-to-write')),
    unless(isCluster, () => ask(() => server.cluster('INFO'))),
    unless(isCluster, () => setting('cluster-require-full-coverage')),
  ]);
  const fields = infoFields(info);
  const words = wordsIn(user);
  const isOpen = user === undefined ? undefined : words.includes('on') && words.includes('nopass');
  return {
    ...way,
    isOpen,
    product: fields.get('server_name') === 'valkey' ? 'Valkey' : 'Redis',
    version: fields.get('redis_version'),
    isReplica: fields.get('role') === 'slave',
    replicas: fields.has('role') ? replicasIn(fields) : undefined,
    usedMemory: numberOf(fields, 'used_memory'),
    evictionPolicy: fields.get('maxmemory_policy'),
    maxMemory: numberOf(fields, 'maxmemory'),
    isPersistent: fields.get('aof_enabled') === '1' ? true : saving === undefined ? undefined : saving !== '',
    leastReplicas: leastReplicas === undefined ? undefined : Number(leastReplicas),
    cluster: isCluster ? viewIn(infoFields(state), coverage) : undefined,
    unreadable: [
      ...(fields.size === 0 ? ['INFO (version, memory, replicas)'] : []),
      ...(saving === undefined ? ['CONFIG GET save (whether it writes to disk)'] : []),
      ...(isOpen === undefined ? ['ACL GETUSER default (whether it asks everybody for a password)'] : []),
      ...(isWatched && leastReplicas === undefined
        ? ['CONFIG GET min-replicas-to-write (whether it writes without replicas)']
        : []),
      ...(isCluster && state === undefined ? ['CLUSTER INFO (whether every slot is served)'] : []),
      ...(isCluster && coverage === undefined
        ? ['CONFIG GET cluster-require-full-coverage (whether one lost slot stops all)']
        : []),
    ],
  };
}

/** What a command answers; `undefined` where it is forbidden. @throws StoreUnavailableError */
function askIfAllowed(connection: RedisConnection, command: () => Promise<unknown>): Promise<unknown> {
  return connection.run(
    async () => {
      try {
        return await command();
      } catch (error) {
        // Here and not outside: the connection would take a forbidden command for trouble with sessions.
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
    { repeatable: true },
  );
}

/** `undefined` instead of the error that a server does not answer. */
export async function ifItAnswers<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof StoreUnavailableError) return undefined;
    throw error;
  }
}

/** Where the connection really leads, which a host name does not say, and with what. */
function wayTo({ stream, options }: Redis) {
  const { path, host = '', port } = options;
  // ioredis has none before it connects.
  const socket = stream as typeof stream | undefined;
  const [remote, remotePort] =
    socket !== undefined && 'remoteAddress' in socket ? [socket.remoteAddress, socket.remotePort] : [];
  const at = remote ?? host;
  return {
    address: path ?? `${at}:${remotePort ?? port}`,
    isLocal: path !== undefined || isLoopback(at),
    isEncrypted: socket !== undefined && 'encrypted' in socket,
    sentPassword: typeof options.password === 'string' && options.password !== '',
  };
}

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.|localhost$)/.test(address);

/** A replica is a line such as `slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=0`. */
function replicasIn(fields: ReadonlyMap<string, string>): number {
  return [...fields].filter(([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online'))
    .length;
}

function viewIn(state: ReadonlyMap<string, string>, coverage: string | undefined): ClusterView {
  const isUp = state.has('cluster_state') ? state.get('cluster_state') === 'ok' : undefined;
  return {
    isUp,
    servedSlots: numberOf(state, 'cluster_slots_ok'),
    needsAllSlots: coverage === undefined ? undefined : coverage === 'yes',
  };
}

/** All texts in a reply, however deep: the protocol's versions nest the same ones differently. */
export function wordsIn(reply: unknown): string[] {
  if (typeof reply === 'string') return [reply];
  if (reply instanceof Map) return [...reply].flatMap(wordsIn);
  if (Array.isArray(reply)) return reply.flatMap(wordsIn);
  return typeof reply === 'object' && reply !== null ? Object.entries(reply).flatMap(wordsIn) : [];
}
