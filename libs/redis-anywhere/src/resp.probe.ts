import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface ProbeTarget {
  host: string;
  port: number;
  tls?: boolean;
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
 * or if what answers is no Redis. It needs no client library: the few replies that can come here are parsed by hand.
 */
export function probeRedis(target: ProbeTarget, timeout: number): Promise<ProbeAnswer> {
  const commands = commandsFor(target);
  return new Promise((resolve, reject) => {
    const replies: string[] = [];
    let received = '';
    const done = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const socket = open(target, () => socket.write(commands.map(encode).join('')));
    const timer = setTimeout(() => done(() => reject(new Error(`no answer within ${timeout} ms`))), timeout);
    socket.setEncoding('latin1');
    socket.on('error', (error) => done(() => reject(error)));
    socket.on('close', () =>
      done(() => reject(new Error('the connection was closed before an answer came'))),
    );
    socket.on('data', (text) => {
      received += String(text);
      try {
        for (let next = takeReply(received); next; next = takeReply(received)) {
          replies.push(next.reply);
          received = received.slice(next.length);
        }
      } catch (error) {
        return done(() => reject(error));
      }
      // A server may answer the first command with an error and hang up (protected mode, too many clients).
      if (replies.length >= commands.length || /^-(DENIED|ERR max number)/.test(replies[0] ?? '')) {
        done(() => resolve(answerFrom(replies, commands.length)));
      }
    });
  });
}

function open(target: ProbeTarget, onOpen: () => void): Socket {
  const { host, port } = target;
  if (!target.tls) return connectTcp({ host, port }, onOpen);
  // A literal address is not allowed as a server name in TLS.
  const servername = /^[\d.]+$|:/.test(host) ? undefined : host;
  return connectTls({ host, port, servername }, onOpen);
}

function commandsFor({ username, password, db }: ProbeTarget): string[][] {
  const commands: string[][] = [];
  if (password) commands.push(username ? ['AUTH', username, password] : ['AUTH', password]);
  if (db) commands.push(['SELECT', String(db)]);
  commands.push(['PING'], ['INFO', 'server']);
  return commands;
}

function encode(command: string[]): string {
  const parts = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `*${command.length}\r\n${parts.join('')}`;
}

/** The first whole reply in `text` (`+`, `-`, `:` or `$`), or `undefined` while it is incomplete. */
function takeReply(text: string): { reply: string; length: number } | undefined {
  if (text === '') return undefined;
  if (!/^[-+:$]/.test(text)) throw new Error("what answers there does not speak Redis's protocol");
  const lineEnd = text.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const line = text.slice(0, lineEnd);
  if (!line.startsWith('$')) return { reply: line, length: lineEnd + 2 };
  const bytes = Number(line.slice(1));
  if (!Number.isInteger(bytes)) throw new Error("what answers there does not speak Redis's protocol");
  if (bytes < 0) return { reply: '', length: lineEnd + 2 };
  const length = lineEnd + 2 + bytes + 2;
  return text.length < length ? undefined : { reply: text.slice(lineEnd + 2, length - 2), length };
}

function answerFrom(replies: string[], asked: number): ProbeAnswer {
  const info = new Map<string, string>();
  const complete = replies.length === asked;
  const told = complete ? (replies.at(-1) ?? '') : '';
  for (const [, key, value] of told.matchAll(/^(\w+):(.*?)\r?$/gm)) info.set(key ?? '', value ?? '');
  // INFO is a courtesy: a user who may not ask for it still has a working Redis.
  const refusal = (complete ? replies.slice(0, -1) : replies).find((reply) => reply.startsWith('-'));
  return { refusal: refusal?.slice(1), info };
}

/** Name and version for people (`Redis 8.0.2`, `Valkey 8.1.1`), or `undefined` when the server does not tell. */
export function versionIn(info: ReadonlyMap<string, string>): string | undefined {
  if (info.has('valkey_version')) return `Valkey ${info.get('valkey_version')}`;
  return info.has('redis_version') ? `Redis ${info.get('redis_version')}` : undefined;
}
