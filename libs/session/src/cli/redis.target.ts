import {
  InvalidOptionError,
  seconds,
  SessionEvents,
  StoreUnavailableError,
  SystemClock,
} from '../common/index.js';
import {
  explainFailure,
  infoFields,
  isRefusal,
  messageOf,
  RedisConnection,
  resolveRedisOptions,
  type SessionRedisOptions,
} from '../redis/index.js';
import { SessionRegistry } from '../session/index.js';
import { RedisRecordBackend, RedisSessionStore } from '../store/index.js';
import { CliError } from './cli.error.js';

const DEFAULT_URL = 'redis://127.0.0.1:6379';

/** A Redis that is looked into, with the library's own parts over it. */
export interface RedisTarget {
  readonly connection: RedisConnection;
  readonly backend: RedisRecordBackend;
  readonly store: RedisSessionStore;
  readonly registry: SessionRegistry;
  readonly clock: SystemClock;
  /** Start of session keys. */
  readonly prefix: string;
  /** Host and port, never the password. */
  readonly place: string;
}

/**
 * Connects, lets `work` look, and closes.
 *
 * @throws CliError if Redis cannot be used
 */
export async function withRedis<T>(
  { redis, prefix = 'sess:' }: { redis?: string; prefix?: string },
  work: (target: RedisTarget) => Promise<T>,
): Promise<T> {
  const url = redis ?? (process.env['REDIS_URL'] || DEFAULT_URL);
  const connection = await openConnection(url);
  const { host } = new URL(url);
  const events = new SessionEvents();
  const clock = new SystemClock();
  const parts = { connection, clock, events };
  const store = new RedisSessionStore({ client: connection.client, prefix, parts });
  const backend = new RedisRecordBackend(connection);
  const registry = new SessionRegistry(store, clock, events);
  try {
    return await work({ connection, backend, store, registry, clock, prefix, place: host });
  } catch (error) {
    throw isUnexpected(error) ? error : new CliError(sentenceOf(error), 1);
  } finally {
    await connection.close();
  }
}

/** To the server, or, if that is a node of a Cluster, to all of them: alone it knows its own sessions only. */
async function openConnection(url: string): Promise<RedisConnection> {
  const single = connectionTo({ url });
  const isNode = await opened(single, async () => {
    // What a server is that does not let us ask shows in its answers.
    const info = await single.run((client) => client.info('server'), { repeatable: true }).catch(() => '');
    return infoFields(info).get('redis_mode') === 'cluster';
  });
  if (!isNode) return single;
  await single.close();
  const { protocol, hostname, port, username, password } = new URL(url);
  const cluster = connectionTo({
    cluster: [{ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6_379) }],
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    tls: protocol === 'rediss:' || undefined,
  });
  await opened(cluster, () => Promise.resolve());
  return cluster;
}

async function opened<T>(connection: RedisConnection, work: () => Promise<T>): Promise<T> {
  try {
    await connection.open();
    return await work();
  } catch (error) {
    await connection.close();
    throw isUnexpected(error) ? error : new CliError(sentenceOf(error), 1);
  }
}

function connectionTo(target: SessionRedisOptions): RedisConnection {
  try {
    return new RedisConnection(resolveRedisOptions({ ...target, maxWait: seconds(5) }), new SessionEvents());
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    throw new CliError(`--redis (or REDIS_URL) ${error.detail}`, 2);
  }
}

/** What is no answer of Redis is a mistake in this command, and its stack trace is wanted. */
const isUnexpected = (error: unknown): boolean =>
  error instanceof CliError || (!(error instanceof StoreUnavailableError) && !isRefusal(error));

/** Messages of Redis may name keys, so what they mean is told instead. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof StoreUnavailableError)) return explainFailure(error);
  if (messageOf(error.cause).startsWith('MOVED'))
    return 'This Redis is one node of a Cluster and does not say so (its user may not use INFO): allow that with +info.';
  return error.cause === undefined || error.message.includes('cannot be used')
    ? error.message
    : explainFailure(error.cause);
}
