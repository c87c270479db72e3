import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An address of its own that leads to one server, and over which single connections can fall silent while both ends believe in them. */
export class SilentRelay {
  private readonly links = new Set<Link>();
  private readonly server = createServer((near) => {
    const link = new Link(near, connect(this.target, '127.0.0.1'));
    this.links.add(link);
    near.on('close', () => this.links.delete(link));
  });

  private constructor(private readonly target: number) {}

  static async to(target: number): Promise<SilentRelay> {
    const relay = new SilentRelay(target);
    relay.server.listen(0, '127.0.0.1');
    await once(relay.server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * Passes nothing on any more, in either direction.
   *
   * @param port from which the server sees the connection come. @returns whether there is such a one
   */
  silence(port: number): boolean {
    const concerned = [...this.links].find(({ portAtServer }) => portAtServer === port);
    if (concerned !== undefined) concerned.isSilent = true;
    return concerned !== undefined;
  }

  /** Passes on what comes from now on, and what came meanwhile before it. */
  speak(): void {
    for (const link of this.links) link.speak();
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const link of this.links) link.destroy();
    await closed;
  }
}

class Link {
  isSilent = false;
  private readonly held: (() => void)[] = [];

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
  ) {
    near.on('data', (chunk: Buffer) => this.pass(() => far.write(chunk)));
    far.on('data', (chunk: Buffer) => this.pass(() => near.write(chunk)));
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => this.destroy());
    }
  }

  get portAtServer(): number | undefined {
    return this.far.localPort;
  }

  speak(): void {
    this.isSilent = false;
    for (const pass of this.held.splice(0)) pass();
  }

  destroy(): void {
    this.near.destroy();
    this.far.destroy();
  }

  private pass(on: () => void): void {
    if (this.isSilent) this.held.push(on);
    else on();
  }
}
