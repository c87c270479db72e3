import { createServer } from 'node:net';

/** From here to below 32768, where Linux starts to hand out ports for outgoing connections. */
const LOWEST = 10_000;
const HIGHEST = 32_767;
/** How far above its port a node of a Cluster has its bus. */
export const BUS_OFFSET = 10_000;

/**
 * A port on 127.0.0.1 on which nobody listens at this moment. Another process may take it before it is used: be ready to
 * ask again.
 */
export async function freeLoopbackPort(): Promise<number> {
  for (;;) {
    const port = between(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
}

/** Several such ports, all different, the one for the bus of a Cluster above each free too. */
export async function freeNodePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = between(LOWEST, HIGHEST - BUS_OFFSET);
    const isTaken = ports.has(port + BUS_OFFSET) || ports.has(port - BUS_OFFSET);
    if (!isTaken && (await isFree(port)) && (await isFree(port + BUS_OFFSET))) ports.add(port);
  }
  return [...ports];
}

function between(lowest: number, highest: number): number {
  return lowest + Math.floor(Math.random() * (highest - lowest + 1));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
