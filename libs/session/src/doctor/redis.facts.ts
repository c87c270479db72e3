import type { Cluster, Redis } from 'ioredis';
import { infoFields, isRefusal, numberOf, type RedisConnection } from '../redis/index.js';

/** What a Redis says of itself. `undefined`: it did not let us know. */
export interface RedisFacts {
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
  readonly replicas: number | undefined;
  /** Bytes. */
  readonly usedMemory: number | undefined;
  readonly evictionPolicy: string | undefined;
  /** Bytes; 0 is no limit. */
  readonly maxMemory: number | undefined;
  /** Whether anything is written to disk. */
  readonly isPersistent: boolean | undefined;
  /** What could not be read, in a few words each. Managed services forbid some commands. */
  readonly unreadable: readonly string[];
}

/**
 * Asks Redis about itself: INFO, CONFIG GET save, ACL GETUSER default. Of a Cluster, one primary.
 *
 * @throws StoreUnavailableError if it does not answer within `redis.maxWait`; a forbidden command is no error
 */
export async function readRedisFacts(connection: RedisConnection): Promise<RedisFacts> {
  const ask = (command: (node: Redis) => Promise<unknown>): Promise<unknown> =>
    connection.run(
      async (client) => {
        try {
          return await command(primaryOf(client));
        } catch (error) {
          // Here and not outside: the connection would take a forbidden command for trouble with sessions.
          if (isRefusal(error)) return undefined;
          throw error;
        }
      },
      { repeatable: true },
    );
  const { sentPassword, ...way } = await connection.run(
    (client) => Promise.resolve(wayTo(primaryOf(client))),
    {
      repeatable: true,
    },
  );
  const [info, save, user] = await Promise.all([
    ask((node) => node.info()),
    ask((node) => node.config('GET', 'save')),
    // Who gets in without a password needs not be asked whether he would.
    sentPassword ? ask((node) => node.acl('GETUSER', 'default')) : Promise.resolve(['on', 'nopass']),
  ]);
  const fields = infoFields(info);
  const words = wordsIn(user);
  const isOpen = user === undefined ? undefined : words.includes('on') && words.includes('nopass');
  const saved = save === undefined ? undefined : wordsIn(save).some((word) => word !== 'save' && word !== '');
  return {
    ...way,
    isOpen,
    product: productOf(fields),
    version: fields.get('redis_version'),
    isReplica: fields.get('role') === 'slave',
    replicas: numberOf(fields, 'connected_slaves'),
    usedMemory: numberOf(fields, 'used_memory'),
    evictionPolicy: fields.get('maxmemory_policy'),
    maxMemory: numberOf(fields, 'maxmemory'),
    isPersistent: fields.get('aof_enabled') === '1' ? true : saved,
    unreadable: [
      ...(fields.size === 0 ? ['INFO (version, memory, replicas)'] : []),
      ...(saved === undefined ? ['CONFIG GET save (whether it writes to disk)'] : []),
      ...(isOpen === undefined ? ['ACL GETUSER default (whether it asks everybody for a password)'] : []),
    ],
  };
}

function primaryOf(client: Redis | Cluster): Redis {
  if (!('nodes' in client)) return client;
  const [first] = client.nodes('master');
  if (first === undefined) throw new Error('The cluster has no primary at the moment.');
  return first;
}

/** Where the connection really leads, which a host name does not say, and with what. */
function wayTo({ stream, options }: Redis) {
  const address = ('remoteAddress' in stream ? stream.remoteAddress : undefined) ?? options.host ?? '';
  return {
    isLocal: options.path !== undefined || /^(127\.|::1$|::ffff:127\.|localhost$)/.test(address),
    isEncrypted: 'encrypted' in stream,
    sentPassword: typeof options.password === 'string' && options.password !== '',
  };
}

function productOf(fields: Map<string, string>): string {
  return fields.get('server_name') === 'valkey' ? 'Valkey' : 'Redis';
}

/** All texts in a reply, however deep: the protocol's versions nest the same ones differently. */
function wordsIn(reply: unknown): string[] {
  if (typeof reply === 'string') return [reply];
  if (reply instanceof Map) return [...reply].flatMap(wordsIn);
  if (Array.isArray(reply)) return reply.flatMap(wordsIn);
  return typeof reply === 'object' && reply !== null ? Object.entries(reply).flatMap(wordsIn) : [];
}
