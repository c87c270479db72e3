import { Redis } from 'ioredis';

/**
 * Runs `work` with a connection that fails at once instead of trying again, and closes it. A command that gets no answer fails
 * after `patience` ms.
 */
export async function withClient<T>(
  url: string,
  work: (client: Redis) => Promise<T>,
  patience = 10_000,
): Promise<T> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: patience,
    disconnectTimeout: 100,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

/** Whether a Redis answers there within a second. */
export function answers(url: string): Promise<boolean> {
  return withClient(url, (client) => client.ping(), 1_000).then(
    () => true,
    () => false,
  );
}

export async function factsOf(url: string): Promise<{ pid: number; folder: string }> {
  return withClient(url, async (client) => {
    const pid = /process_id:(\d+)/.exec(await client.info('server'))?.[1];
    const [, folder = ''] = await client.config('GET', 'dir');
    return { pid: Number(pid), folder };
  });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
