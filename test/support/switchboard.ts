import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An address of its own that leads to one server and, after `lead`, to another one: what a failover behind a service name looks like. */
export class Switchboard {
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    private target: number,
  ) {
    server.on('connection', (near: Socket) => {
      const far = connect(this.target, '127.0.0.1');
      const pair: [Socket, Socket] = [near, far];
      this.pairs.add(pair);
      for (const [one, other] of [pair, pair.toReversed() as [Socket, Socket]]) {
        one.pipe(other);
        one.on('error', () => undefined);
        one.on('close', () => {
          other.destroy();
          this.pairs.delete(pair);
        });
      }
    });
  }

  static async to(port: number): Promise<Switchboard> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Switchboard(server, port);
  }

  /** Its own. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Breaks what is connected; the next connections go there. */
  lead(port: number): void {
    this.target = port;
    for (const pair of this.pairs) pair.forEach((socket) => socket.destroy());
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.lead(this.target);
    await closed;
  }
}
