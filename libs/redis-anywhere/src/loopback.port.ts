import { createServer } from 'node:net';

/** From here to below 32768, where Linux starts to hand out ports for outgoing connections. */
const LOWEST = 10_000;
const HIGHEST = 32_767;

/**
 * A port on 127.0.0.1 on which nobody listens at this moment. Another process may take it before it is used: be ready to
 * ask again.
 */
export async function freeLoopbackPort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (await isFree(port)) return port;
  }
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
