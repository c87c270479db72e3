import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { isReplyError, messageOf } from './redis.failures.js';

/** A Lua script that runs in Redis as one uninterrupted step, on the keys it is given and on no others. */
export interface LuaScript {
  readonly source: string;
  readonly sha1: string;
  /** Whether what it returns is bytes, which come as Buffers; otherwise text. */
  readonly isBinary: boolean;
}

/** Prepares a script; its SHA-1 is what is sent from the second call on (EVALSHA). */
export function luaScript(source: string, { isBinary = false } = {}): LuaScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex'), isBinary };
}

/**
 * Runs a script. Redis forgets scripts at a restart or failover: it then answers NOSCRIPT without having run anything,
 * and the whole source is sent once (EVAL).
 */
export function runScript(
  client: Redis | Cluster,
  script: LuaScript,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const call = script.isBinary ? 'callBuffer' : 'call';
  return client[call]('evalsha', script.sha1, keys.length, ...keys, ...args).catch((error: unknown) => {
    if (!isReplyError(error) || !messageOf(error).startsWith('NOSCRIPT')) throw error;
    return client[call]('eval', script.source, keys.length, ...keys, ...args);
  });
}
