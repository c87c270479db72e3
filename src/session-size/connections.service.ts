import { Injectable } from '@nestjs/common';
import { RedisConnection, SessionError } from 'nestjs-redis-session';
import { serversOf } from '../redis.servers.js';
import { RedisSockets } from './redis.sockets.js';
import { RequestsUnderWay } from './requests.under-way.js';

/** How this process reaches Redis. */
export interface ConnectionFacts {
  /** Connections of this process to Redis that are open now. */
  open: number;
  requestsUnderWay: number;
  /** The most requests at one time since the start. */
  mostUnderWay: number;
  /** Of all clients since Redis was started, of a Cluster by all primaries together; `null` if this client may not ask. */
  commandsProcessed: number | null;
}

/** What came of loading a session many times at once. */
export interface Loads {
  loads: number;
  /** How many different connections carried them. */
  connections: number;
  /** For all of them together. */
  milliseconds: number;
}

/** Shows the one connection at work. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly connection: RedisConnection,
    private readonly sockets: RedisSockets,
    private readonly requests: RequestsUnderWay,
  ) {}

  async facts(): Promise<ConnectionFacts> {
    const commandsProcessed = await this.commandsProcessed();
    return {
      open: this.sockets.count(),
      requestsUnderWay: this.requests.now,
      mostUnderWay: this.requests.most,
      commandsProcessed,
    };
  }

  /**
   * Loads a session so many times at once, and asks each time for the number of the connection that carried the load. They need not
   * wait for each other: all are sent before the first answer comes, and Redis answers in turn.
   */
  async load(key: string, loads: number): Promise<Loads> {
    const begin = performance.now();
    const numbers = await Promise.all(Array.from({ length: loads }, () => this.loadOnce(key)));
    const milliseconds = Math.round((performance.now() - begin) * 10) / 10;
    return { loads, connections: new Set(numbers).size, milliseconds };
  }

  private loadOnce(key: string): Promise<number> {
    return this.connection.run(
      async (client) => {
        const [, number] = await Promise.all([client.get(key), client.client('ID')]);
        return number;
      },
      { repeatable: true },
    );
  }

  private async commandsProcessed(): Promise<number | null> {
    try {
      const stats = await this.connection.run(
        (client) => Promise.all(serversOf(client).map((server) => server.info('stats'))),
        { repeatable: true },
      );
      const each = stats.map((text) => Number(/^total_commands_processed:(\d+)/m.exec(text)?.[1] ?? NaN));
      return each.reduce((total, commands) => total + commands, 0) || null;
    } catch (error) {
      // Many providers of Redis forbid INFO. If Redis is away, the rest of the page says so.
      if (error instanceof SessionError) return null;
      throw error;
    }
  }
}
