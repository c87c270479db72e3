import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface ServerAddress {
  host: string;
  port: number;
  tls?: boolean;
}

/**
 * Sends commands over a connection of their own and resolves with a reply for each: `+OK`, `-ERR ...`, `:1`, or the text of a
 * bulk reply as it is. Throws if they are not all there within `timeout` ms, or if what answers is no Redis. It needs no client
 * library: the few kinds of reply that can come here are parsed by hand.
 */
export function exchange(
  address: ServerAddress,
  commands: readonly (readonly string[])[],
  timeout: number,
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const replies: string[] = [];
    let received = '';
    const done = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const socket = open(address, () => socket.write(commands.map(encode).join('')));
    const giveUp = () => done(() => reject(new Error(`no answer within ${timeout} ms`)));
    // Timers run before sockets are read: in a busy process the answer may be there already.
    const timer = setTimeout(() => setImmediate(giveUp), timeout);
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
        done(() => resolve(replies));
      }
    });
  });
}

function open(address: ServerAddress, onOpen: () => void): Socket {
  const { host, port } = address;
  if (!address.tls) return connectTcp({ host, port }, onOpen);
  // A literal address is not allowed as a server name in TLS.
  const servername = /^[\d.]+$|:/.test(host) ? undefined : host;
  return connectTls({ host, port, servername }, onOpen);
}

function encode(command: readonly string[]): string {
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
