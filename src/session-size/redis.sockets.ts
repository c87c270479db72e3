import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { RedisConnection } from 'nestjs-redis-session';
import { Redis } from 'ioredis';

/** Node tells it of every connection that this process makes, whoever makes it. */
const CHANNEL = 'net.client.socket';

/**
 * Counts the connections that this process has to Redis, those of other libraries included: a count by the library that is looked at
 * would find its own only. It is made before any connection is, because Nest makes all providers first.
 */
@Injectable()
export class RedisSockets implements OnModuleDestroy {
  private readonly sockets = new Set<Socket>();
  private readonly onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
  };

  constructor(private readonly connection: RedisConnection) {
    subscribe(CHANNEL, this.onSocket);
  }

  /** How many are open now: one, or of a cluster one for each node. */
  count(): number {
    const { client } = this.connection;
    const nodes = client instanceof Redis ? [client] : client.nodes();
    const servers = new Set(nodes.map(({ stream }) => peerOf(stream)));
    return [...this.sockets].filter((socket) => servers.has(peerOf(socket))).length;
  }

  onModuleDestroy(): void {
    unsubscribe(CHANNEL, this.onSocket);
  }
}

/** Where a connection leads to; a socket that is a file has no address, and is the same for all. */
const peerOf = ({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string =>
  `${remoteAddress} ${remotePort}`;
