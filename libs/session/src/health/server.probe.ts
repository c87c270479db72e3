import type { Cluster, Redis } from 'ioredis';
import type { Milliseconds } from '../common/index.js';
import { infoFields, isRefusal, messageOf, numberOf, type RedisConnection } from '../redis/index.js';
import type { ServerHealth } from './session.health.js';

type Connection = Pick<RedisConnection, 'run'>;

/** Which server to ask, and how. */
export interface Question {
  /** Finds it anew each time: a Cluster's nodes come and go. @throws if it is not there */
  readonly node: (client: Redis | Cluster) => Redis | Cluster;
  /** Milliseconds left for all of it. */
  readonly within: Milliseconds;
  /** Whether a lost connection is worth waiting for. */
  readonly isPatient: boolean;
}

/**
 * Asks one server: PING and INFO replication, in one round trip.
 *
 * @throws StoreUnavailableError if PING is not answered in time; without an answer to INFO, what it would have told is missing
 */
export async function probeServer(redis: Connection, question: Question): Promise<ServerHealth> {
  const askedAt = performance.now();
  const [latency, info] = await Promise.all([
    ask(redis, question, async (node) => {
      await ping(node);
      return Math.round((performance.now() - askedAt) * 10) / 10;
    }),
    askIfAllowed(redis, question, (node) => node.info('replication')),
  ]);
  return { latency, ...replicationIn(infoFields(info)) };
}

/** What a command answers; `undefined` where Redis forbids it, as managed services do, and where it comes too late. */
export function askIfAllowed(
  redis: Connection,
  question: Question,
  command: (node: Redis | Cluster) => Promise<unknown>,
): Promise<unknown> {
  return ask(redis, question, async (node) => {
    try {
      return await command(node);
    } catch (error) {
      // Here and not outside: the connection would take a forbidden command for trouble with sessions.
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }).catch(() => undefined);
}

function ask<T>(
  redis: Connection,
  { node, within, isPatient }: Question,
  command: (node: Redis | Cluster) => Promise<T>,
): Promise<T> {
  return redis.run(async (client) => command(node(client)), { repeatable: isPatient, within });
}

async function ping(node: Redis | Cluster): Promise<void> {
  try {
    await node.ping();
  } catch (error) {
    // An ACL made for sessions alone may lack it; a refusal is an answer too.
    if (!messageOf(error).startsWith('NOPERM')) throw error;
  }
}

/** The fields that Redis calls slaves are its replicas. */
function replicationIn(fields: ReadonlyMap<string, string>): Omit<ServerHealth, 'latency'> {
  const role = fields.get('role');
  if (role === undefined) return {};
  const written = numberOf(fields, 'master_repl_offset');
  const inStep = [...fields]
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, line]) => new Map(line.split(',').map((part) => pairIn(part))))
    .filter((replica) => replica.get('state') === 'online');
  const lags = inStep.flatMap((replica) => {
    const confirmed = numberOf(replica, 'offset');
    return confirmed === undefined || written === undefined ? [] : [Math.max(0, written - confirmed)];
  });
  return {
    role: role === 'slave' ? 'replica' : 'primary',
    replicas: inStep.length,
    ...(lags.length > 0 && { replicationLag: Math.max(...lags) }),
  };
}

function pairIn(part: string): [string, string] {
  const [name = '', value = ''] = part.split('=', 2);
  return [name, value];
}
