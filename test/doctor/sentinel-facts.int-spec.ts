import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import type { SessionRedisOptions } from 'nestjs-redis-session';
import { type RedisSentinel, startSentinel } from 'redis-anywhere';
import { nodesHere } from '../support/redis-cluster.js';
import { at, lookAt } from './topology.look.js';

// Nodes are lost, missed and started again.
jest.setTimeout(90_000);
const PASSWORDS = { password: 'of-the-data', sentinelPassword: 'of-the-sentinels' };
let servers: RedisSentinel;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  servers = await startSentinel({ ...nodesHere, ...PASSWORDS });
});
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});
afterAll(() => servers?.stop());

const named = () => ({ sentinels: [...servers.sentinels], name: servers.name });

const look = (options: SessionRedisOptions = { ...named(), ...PASSWORDS }) => lookAt(options);

const watchers = () => servers.nodes.filter(({ name }) => name.startsWith('sentinel'));

/** A setting of the primary for the time of a test. */
async function set(name: string, value: string): Promise<void> {
  const primary = await servers.primary();
  const [, before = ''] = await at(primary, (node) => node.config('GET', name));
  await at(primary, (node) => node.config('SET', name, value));
  undo.push(() => at(primary, (node) => node.config('SET', name, before)));
}

async function setQuorum(quorum: number): Promise<void> {
  for (const each of watchers())
    await at(each, (node) => node.call('SENTINEL', 'SET', servers.name, 'quorum', String(quorum)));
}

describe('what Sentinels and their primary say of themselves', () => {
  it('is read from all of them, although the client was given one', async () => {
    const all = servers.sentinels.map(({ host, port }) => `${host}:${port}`);
    const { facts, codes } = await look({ ...named(), ...PASSWORDS, sentinels: all.slice(0, 1) });
    expect(facts).toMatchObject({
      topology: 'sentinel',
      readsReplicas: false,
      sentinels: { known: 3, silent: [], quorum: 2, isOpen: false, isLocal: true, isEncrypted: false },
      servers: [{ isReplica: false, replicas: 2, isPersistent: true, isOpen: false, leastReplicas: 0 }],
      unreadable: [],
    });
    expect(new Set(facts.sentinels!.reached)).toEqual(new Set(all));
    expect(codes).toEqual(['REDIS_MIN_REPLICAS']);
  });

  it('leaves nothing to say where min-replicas-to-write is set', async () => {
    await set('min-replicas-to-write', '1');
    const { facts, codes } = await look();
    expect([facts.servers[0].leastReplicas, codes]).toEqual([1, []]);
  });

  it.each([
    [1, 'warning SENTINEL_QUORUM'],
    [3, 'warning SENTINEL_QUORUM'],
    [4, 'error SENTINEL_QUORUM'],
  ])('shows a quorum of %i', async (quorum, expected) => {
    undo.push(() => setQuorum(2));
    await setQuorum(quorum);
    const { findings } = await look();
    expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toContain(expected);
  });

  it('shows that the primary has no replica any more', async () => {
    const primary = await servers.primary();
    const replicas = servers.nodes.filter(({ name }) => name.startsWith('node') && name !== primary.name);
    undo.push(async () => {
      for (const each of replicas) await servers.restart(each);
      await servers.settled();
    });
    for (const each of replicas) await servers.kill(each);
    const { codes } = await look();
    expect(codes).toContain('REDIS_NO_REPLICA');
  });

  it('shows Sentinels that do not answer, and when there would be no failover any more', async () => {
    const [, second, third] = watchers();
    undo.push(async () => {
      for (const each of [second!, third!]) await servers.restart(each);
      await servers.settled();
    });
    await servers.kill(second!);
    const one = await look();
    expect(one.facts.sentinels).toMatchObject({ known: 3, silent: [`127.0.0.1:${second!.port}`] });
    expect(one.codes).toEqual(['SENTINELS_TOO_FEW', 'REDIS_MIN_REPLICAS']);
    await servers.kill(third!);
    const two = await look();
    expect(two.codes).toContain('SENTINEL_QUORUM');
    expect(two.findings.find(({ code }) => code === 'SENTINEL_QUORUM')!.severity).toBe('error');
  });

  it('shows Sentinels that let everybody in beside a Redis that does not', async () => {
    const open = await startSentinel({ ...nodesHere, password: 'of-the-data' });
    undo.push(() => open.stop());
    const { facts } = await look({
      sentinels: [...open.sentinels],
      name: open.name,
      password: 'of-the-data',
    });
    expect([facts.sentinels!.isOpen, facts.servers[0].isOpen]).toEqual([true, false]);
  });

  it('is not guessed where it is forbidden', async () => {
    // ioredis says that it cannot ask whether the server is still loading.
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    undo.push(async () => jest.restoreAllMocks());
    const { host, port } = await servers.primary();
    const primary = { url: `redis://:of-the-data@${host}:${port}` };
    await at(primary, (node) =>
      node.acl('SETUSER', 'few', 'on', '>word', '~*', '&*', '+@all', '-config', '-acl', '-info'),
    );
    undo.push(() => at(primary, (node) => node.acl('DELUSER', 'few')));
    const { facts, codes } = await look({ ...named(), ...PASSWORDS, username: 'few', password: 'word' });
    expect(facts.unreadable).toContain(
      'CONFIG GET min-replicas-to-write (whether it writes without replicas)',
    );
    expect(codes).toEqual([]);
  });
});

describe('a client that asks the Sentinels for a replica', () => {
  it('is found out', async () => {
    const client = new Redis({ ...named(), ...PASSWORDS, role: 'slave' });
    client.on('error', () => undefined);
    undo.push(async () => client.disconnect());
    const { facts, codes } = await look({ client });
    expect([facts.readsReplicas, facts.servers[0].isReplica]).toEqual([true, true]);
    expect(codes).toContain('REDIS_READS_REPLICAS');
    expect(codes).not.toContain('REDIS_IS_REPLICA');
  });
});
