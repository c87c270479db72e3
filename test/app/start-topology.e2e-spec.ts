import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { startCluster, startSentinel } from 'redis-anywhere';
import { Browser } from '../support/browser.js';
import { nodesHere } from '../support/redis-cluster.js';
import { SECRET } from '../support/test-app.js';
import { anyBinary, itIf } from '../redis-anywhere/available.ways.js';
import { useAppProcesses } from './app.process.js';

// Each test starts a process or seven.
jest.setTimeout(180_000);
const { start } = useAppProcesses();
const folder = mkdtempSync(join(tmpdir(), 'sample-topology-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const binary = await anyBinary();

describe('a start with a topology that cannot be', () => {
  /** Expects exit code 1 and no stack trace. */
  async function failureOf(env: Record<string, string>, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await start({ SESSION_SECRET: SECRET, REDIS_VIA: '', ...env }, args)
      .ended;
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(/\bat .+:\d+:\d+|ExceptionHandler/);
    return stderr;
  }

  it('because nobody knows the argument says so', async () => {
    expect(await failureOf({}, 'sentinels')).toMatch(
      /^The argument "sentinels" is unknown: there are sentinel/,
    );
  });

  it.each([
    ['REDIS_URL', 'redis://127.0.0.1:6379', 'cluster'],
    ['REDIS_CLUSTER', '127.0.0.1:7000', 'sentinel'],
  ])('because %s names another Redis says so', async (variable, value, topology) => {
    expect(await failureOf({ [variable]: value }, topology)).toMatch(
      new RegExp(
        `^start:${topology} starts Redis processes of its own, and ${variable} names another Redis: unset`,
      ),
    );
  });

  it.each(['sentinel', 'cluster'])(
    'because Redis may come from Docker only (%s) says so, and what to do',
    async (topology) => {
      const sentence = await failureOf({ REDIS_VIA: 'docker' }, topology);
      expect(sentence).toMatch(
        /^The variable REDIS_VIA is 'docker'.*processes of this machine.*allowed are path/,
      );
      expect(sentence).toMatch(
        /needs redis-server or valkey-server on the PATH \(on Windows in WSL\).*name your own: REDIS_/,
      );
    },
  );

  it('because there is no Redis on the PATH says so, and what to do', async () => {
    const sentence = await failureOf({ REDIS_VIA: 'path', PATH: folder }, 'sentinel');
    expect(sentence).toMatch(/neither redis-server nor valkey-server is on PATH/);
    expect(sentence).toMatch(
      /REDIS_SENTINELS=host:26379,host:26379 REDIS_PRIMARY_NAME=mymaster npm start\n$/,
    );
  });

  itIf(
    'missing' in binary ? binary.missing : undefined,
    'because that Redis is too old says so',
    async () => {
      if ('missing' in binary) return;
      const libraries = binary.env['LD_LIBRARY_PATH'] ?? '';
      const claims = 'if [ "$1" = --version ]; then echo "Redis server v=6.0.16 sha=00000000:0"; exit; fi';
      const script = `#!/bin/sh\n${claims}\nLD_LIBRARY_PATH='${libraries}' exec '${binary.command}' "$@"\n`;
      writeFileSync(join(folder, 'redis-server'), script);
      chmodSync(join(folder, 'redis-server'), 0o755);
      const env = { REDIS_VIA: 'path', PATH: folder };
      const sentence = await failureOf(env, 'cluster');
      rmSync(join(folder, 'redis-server'));
      expect(sentence).toMatch(
        /^Redis 6\.2 or later is needed.*and this is Redis 6\.0\.16\. Install a later one/,
      );
    },
  );

  it.each([
    [
      { REDIS_SENTINELS: '127.0.0.1:1', REDIS_PRIMARY_NAME: 'mymaster' },
      /'mymaster'.*correct REDIS_SENTINELS\.\n$/,
    ],
    [
      { REDIS_CLUSTER: '127.0.0.1:1' },
      /^.*Redis at 127\.0\.0\.1:1, a node of the Cluster, cannot be used: nothing listens.*correct REDIS_CLUSTER\.\n$/s,
    ],
  ])('because nothing answers at %j says so', async (env, sentence) => {
    expect(await failureOf(env)).toMatch(sentence);
  });
});

describe('npm start on nodes that the environment names', () => {
  const secrets = { password: 'of-the-data', sentinelPassword: 'of-the-sentinels' };
  const listOf = (nodes: readonly { host: string; port: number }[]) =>
    nodes.map(({ host, port }) => `${host}:${port}`).join(',');

  async function works(env: Record<string, string>, says: RegExp): Promise<void> {
    const app = start({ SESSION_SECRET: SECRET, PROFILE_PORT: '0', REDIS_VIA: '', ...env });
    const origin = await app.ready();
    expect(app.stdout).toMatch(says);
    // How to kill a node is for those that were started here.
    expect(app.stdout).not.toContain('Failover:');
    const browser = new Browser(origin);
    const login = await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
    // With the reason, should it be refused.
    expect([login.json.code, app.stderr]).toEqual([
      undefined,
      expect.not.stringContaining('store.unavailable'),
    ]);
    const [, service = ''] = await app.says(/^Profile service: (http:.*)$/m);
    const reader = new Browser(service);
    reader.cookie = browser.cookie;
    expect((await reader.get('/profile')).json).toMatchObject({ name: 'alice' });
    const commands = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }).split('\n');
    const ours = commands.filter((command) => /dist\/(profile-service\/)?main\.js/.test(command)).join('\n');
    expect(ours).toContain('profile-service');
    for (const secret of [SECRET, ...Object.values(secrets)]) {
      expect(ours).not.toContain(secret);
      expect(app.stdout + app.stderr).not.toContain(secret);
    }
    expect(await app.kill('SIGINT')).toMatchObject({ code: 0 });
  }

  it('runs on Sentinels with passwords, and leaves them as they are', async () => {
    const nodes = await startSentinel({ ...nodesHere, ...secrets });
    try {
      const env = {
        REDIS_SENTINELS: listOf(nodes.sentinels.slice(0, 2)),
        REDIS_PRIMARY_NAME: nodes.name,
        REDIS_PASSWORD: secrets.password,
        REDIS_SENTINEL_PASSWORD: secrets.sentinelPassword,
      };
      await works(env, /^Redis: using the primary "mymaster" that the Sentinels at 127\.0\.0\.1:\d+, 127/m);
      expect(nodes.nodes.every(({ pid }) => pid !== undefined)).toBe(true);
    } finally {
      await nodes.stop();
    }
  });

  it('runs on a Cluster with a password, and leaves it as it is', async () => {
    const { password } = secrets;
    // Nobody is killed here, and on a busy machine one is easily taken for lost.
    const args = ['--cluster-node-timeout', '15000'];
    const nodes = await startCluster({ ...nodesHere, password, args });
    try {
      const env = { REDIS_CLUSTER: listOf(nodes.nodes.slice(0, 2)), REDIS_PASSWORD: password };
      await works(env, /^Redis: using the Cluster with nodes at 127\.0\.0\.1:\d+, 127.*from REDIS_CLUSTER$/m);
      expect(nodes.nodes.every(({ pid }) => pid !== undefined)).toBe(true);
    } finally {
      await nodes.stop();
    }
  });
});
