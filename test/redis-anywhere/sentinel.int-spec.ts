import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisNode, type RedisSentinel, type StartSentinelOptions, startSentinel } from 'redis-anywhere';
import { anyBinary, eventually, itIf, onlyLocal, quiet } from './available.ways.js';
import { answers, isAlive, withClient } from './redis.peer.js';

const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const noPartitions = noBinary ?? (process.platform === 'linux' ? undefined : 'partitions need Linux');
const local: StartSentinelOptions = { env: onlyLocal(binary), onProgress: quiet };

/** Resolves with the primary that the Sentinels name instead of `former`. */
async function successorOf(former: RedisNode, sentinel: RedisSentinel): Promise<RedisNode> {
  const named = () => sentinel.primary().catch(() => former);
  await eventually('another primary', async () => (await named()) !== former);
  return named();
}

const roleOf = (node: RedisNode) => withClient(node.url, async (client) => (await client.role())[0]);

describe('startSentinel', () => {
  // Signs that configuration files give a meaning to.
  const passwords = { password: 'd"ata 1', sentinelPassword: 'w\\atch' };
  let sentinel: RedisSentinel;
  afterAll(() => sentinel?.stop());

  itIf(
    noBinary,
    'asks for the passwords that were chosen: one for the data, one for the Sentinels',
    async () => {
      sentinel = await startSentinel({ ...local, ...passwords });
      const [watcher] = sentinel.sentinels;
      expect(await answers(`redis://${watcher?.host}:${watcher?.port}`)).toBe(false);
      const { host, port, url } = await sentinel.primary();
      expect([await answers(`redis://${host}:${port}`), await answers(url)]).toEqual([false, true]);
    },
  );

  itIf(noBinary, 'names another primary when it is killed, and takes it back as a replica', async () => {
    const client = new Redis({ sentinels: [...sentinel.sentinels], name: sentinel.name, ...passwords });
    client.on('error', quiet);
    await client.set('k', 'kept');
    await client.wait(2, 1_000);
    const first = await sentinel.primary();
    await sentinel.kill(first);
    const second = await successorOf(first, sentinel);
    expect(await withClient(second.url, (peer) => peer.get('k'))).toBe('kept');
    await sentinel.restart(first);
    await sentinel.settled();
    expect([await sentinel.primary(), await roleOf(first)]).toEqual([second, 'slave']);
    expect(await client.get('k')).toBe('kept');
    client.disconnect();
  });

  itIf(
    noBinary,
    'names the nodes there are when it is asked for another one, and shows no password',
    async () => {
      expect(() => sentinel.kill('node-9')).toThrow(/no node 'node-9' here; there are node-1, node-2/);
      await expect(sentinel.partition(['node-1'])).rejects.toThrow(/partitions: true/);
      expect(JSON.stringify(sentinel.nodes) + sentinel.description).not.toMatch(/ata 1|atch/);
    },
  );

  itIf(noBinary, 'leaves no process after stop, paused ones included', async () => {
    const pids = sentinel.nodes.map(({ pid }) => pid ?? 0);
    expect(pids.map(isAlive)).toEqual(pids.map(() => true));
    await sentinel.pause('node-2');
    await sentinel.stop();
    expect(pids.map(isAlive)).toEqual(pids.map(() => false));
  });

  it('refuses the ways by which nodes cannot be had, with one sentence', async () => {
    const env = { ...local.env, REDIS_VIA: 'docker' };
    await expect(startSentinel({ ...local, env })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(/^The variable REDIS_VIA is 'docker'.*path, debian-package\.$/),
    });
    await expect(startSentinel({ ...local, port: 60_000 })).rejects.toThrow(/port is 60000/);
    await expect(startSentinel({ ...local, args: ['--port', '1'] })).rejects.toThrow(/option port/);
  });
});

describe('partition', () => {
  let sentinel: RedisSentinel;
  afterAll(() => sentinel?.stop());

  itIf(noPartitions, 'leaves the clients with the node that is cut off, when that is wanted', async () => {
    sentinel = await startSentinel({ ...local, partitions: true });
    const first = await sentinel.primary();
    await sentinel.partition([first], { clients: 'isolated' });
    // It takes the write, and nobody else will ever know of it.
    const lost = await withClient(first.url, async (client) => [
      await client.set('k', 'lost'),
      await client.wait(1, 100),
    ]);
    expect(lost).toEqual(['OK', 0]);
    const others = sentinel.nodes.filter(({ name }) => name !== first.name);
    expect(await Promise.all(others.map(({ url }) => answers(url)))).toEqual(others.map(() => false));
    const second = await successorOf(first, sentinel);
    // Now the clients are on the other side.
    await sentinel.partition([first]);
    expect([await answers(first.url), await answers(second.url)]).toEqual([false, true]);
    // What was asked across the cut is on its way, and arrives when it ends.
    const held = withClient(first.url, (client) => client.get('k'));
    await sentinel.heal();
    expect(await held).toBe('lost');
  });
});
