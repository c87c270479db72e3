import { exchange, type ServerAddress } from './resp.exchange.js';

export interface ProbeTarget extends ServerAddress {
  username?: string;
  password?: string;
  /** Database number. */
  db?: number;
}

/** What a server said to AUTH, SELECT, PING and INFO. */
export interface ProbeAnswer {
  /** The first error reply, as the server worded it (`NOAUTH Authentication required.`); `undefined` if all went well. */
  refusal?: string;
  /** Fields of `INFO server`; empty when the server does not tell. */
  info: ReadonlyMap<string, string>;
}

/**
 * Asks a server for a sign of life over one connection, which is closed again. Throws if nothing answers within `timeout` ms,
 * or if what answers is no Redis.
 */
export async function probeRedis(target: ProbeTarget, timeout: number): Promise<ProbeAnswer> {
  const commands = commandsFor(target);
  return answerFrom(await exchange(target, commands, timeout), commands.length);
}

function commandsFor({ username, password, db }: ProbeTarget): string[][] {
  const commands: string[][] = [];
  if (password) commands.push(username ? ['AUTH', username, password] : ['AUTH', password]);
  if (db) commands.push(['SELECT', String(db)]);
  commands.push(['PING'], ['INFO', 'server']);
  return commands;
}

function answerFrom(replies: string[], asked: number): ProbeAnswer {
  const complete = replies.length === asked;
  const info = infoFields(complete ? (replies.at(-1) ?? '') : '');
  // INFO is a courtesy: a user who may not ask for it still has a working Redis.
  const refusal = (complete ? replies.slice(0, -1) : replies).find((reply) => reply.startsWith('-'));
  return { refusal: refusal?.slice(1), info };
}

/** The lines `name:value` of what INFO and CLUSTER INFO answer. */
export function infoFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, key, value] of text.matchAll(/^(\w+):(.*?)\r?$/gm)) fields.set(key ?? '', value ?? '');
  return fields;
}

/** Name and version for people (`Redis 8.0.2`, `Valkey 8.1.1`), or `undefined` when the server does not tell. */
export function versionIn(info: ReadonlyMap<string, string>): string | undefined {
  if (info.has('valkey_version')) return `Valkey ${info.get('valkey_version')}`;
  return info.has('redis_version') ? `Redis ${info.get('redis_version')}` : undefined;
}
