import { Redis } from 'ioredis';
import { type SessionRedisOptions, SessionEvents } from 'nestjs-redis-session';
import {
  examineRedis,
  type Finding,
  readRedisFacts,
  type RedisFacts,
} from '../../libs/session/src/doctor/index.js';
import { RedisConnection, resolveRedisOptions } from '../../libs/session/src/redis/index.js';

/** What is read from a topology, and what is thought of it in production. */
export interface Look {
  facts: RedisFacts;
  findings: Finding[];
  codes: string[];
}

export async function lookAt(options: SessionRedisOptions): Promise<Look> {
  const connection = await connected(options);
  try {
    return await lookBy(connection);
  } finally {
    await connection.close();
  }
}

/** The same by a connection that is there already. */
export async function lookBy(connection: RedisConnection): Promise<Look> {
  const facts = await readRedisFacts(connection);
  const findings = examineRedis(facts, { production: true });
  return { facts, findings, codes: findings.map(({ code }) => code) };
}

export async function connected(options: SessionRedisOptions): Promise<RedisConnection> {
  const connection = new RedisConnection(resolveRedisOptions(options), new SessionEvents());
  await connection.open();
  return connection;
}

/** Asks a node by itself. */
export async function at<T>({ url }: { url: string }, work: (node: Redis) => Promise<T>): Promise<T> {
  const node = new Redis(url);
  try {
    return await work(node);
  } finally {
    node.disconnect();
  }
}
