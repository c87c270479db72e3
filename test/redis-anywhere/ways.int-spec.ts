import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RedisServer, startRedis } from 'redis-anywhere';
import { anyBinary, dockerMissing, itIf, onlyLocal, pathWith, quiet } from './available.ways.js';
import { answers, withClient } from './redis.peer.js';

const binary = await anyBinary();
const noBinary = 'missing' in binary ? binary.missing : undefined;
const local = onlyLocal(binary);
const noDocker = await dockerMissing();

/** What `startRedis` rejects with. */
async function failure(
  options: Parameters<typeof startRedis>[0],
): Promise<{ code: string; message: string }> {
  const outcome = await startRedis({ onProgress: quiet, ...options }).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: 'RedisAnywhereError' });
  return outcome as { code: string; message: string };
}

describe('the way by REDIS_URL', () => {
  let there: RedisServer | undefined;
  let web: Server;
  const urlOf = (change: (url: URL) => void) => {
    const url = new URL(there?.url ?? '');
    change(url);
    return url.href;
  };

  beforeAll(async () => {
    web = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    if (!noBinary) there = await startRedis({ password: 's3cret/ä', env: local, onProgress: quiet });
  });
  afterAll(async () => {
    web.close();
    await there?.stop();
  });

  itIf(
    noBinary,
    'takes the server, checks its password and database, and says so without the password',
    async () => {
      const lines: string[] = [];
      const url = urlOf((u) => (u.pathname = '/3'));
      const server = await startRedis({ env: { REDIS_URL: url }, onProgress: (line) => lines.push(line) });
      expect(server).toMatchObject({ url, via: 'url' });
      expect(server.description).toMatch(/^(Redis|Valkey) \d+\.\d+.* from REDIS_URL$/);
      expect(lines).toEqual([`using ${server.description}.`]);
      expect(lines.join()).not.toContain('s3cret');
    },
  );

  itIf(
    noBinary,
    'leaves the server alone: stop does nothing, kill, pause, resume and restart are errors',
    async () => {
      const url = there?.url ?? '';
      const server = await startRedis({ env: { REDIS_URL: url }, onProgress: quiet });
      for (const verb of ['kill', 'pause', 'resume', 'restart'] as const) {
        await expect(server[verb]()).rejects.toMatchObject({ code: 'NOT_OURS' });
      }
      await server.stop();
      expect(await answers(url)).toBe(true);
    },
  );

  itIf(noBinary, 'is an error on a wrong password, an absent one and an unknown database', async () => {
    const cases: [(url: URL) => void, RegExp][] = [
      [(url) => (url.password = 'not-that-one'), /refuses: WRONGPASS.*Correct the user name or password/],
      [(url) => (url.password = ''), /refuses: NOAUTH.*Put the password into the URL/],
      [(url) => (url.pathname = '/9999'), /DB index is out of range\. Correct the database number/],
    ];
    for (const [change, words] of cases) {
      const { code, message } = await failure({ env: { REDIS_URL: urlOf(change) } });
      expect([code, message]).toEqual(['URL_UNREACHABLE', expect.stringMatching(words)]);
      expect(message).not.toMatch(/not-that-one|s3cret/);
    }
  });

  it('is an error when nothing listens there, although other ways would work', async () => {
    const { code, message } = await failure({
      env: { ...process.env, REDIS_VIA: undefined, REDIS_URL: 'redis://ann:s3cret@127.0.0.1:1/2' },
    });
    expect(code).toBe('URL_UNREACHABLE');
    expect(message).toMatch(/redis:\/\/ann:\*\*\*@127\.0\.0\.1:1\/2.*ECONNREFUSED.*or unset it/);
  });

  it('is an error when what answers is no Redis', async () => {
    const { port } = web.address() as AddressInfo;
    const { message } = await failure({ env: { REDIS_URL: `redis://127.0.0.1:${port}` } });
    expect(message).toMatch(/does not speak Redis's protocol/);
  });

  it.each([
    'http://127.0.0.1',
    'redis://:a#b@127.0.0.1',
    'redis://:%zz@h',
    'redis://h/one',
    '127.0.0.1:6379',
  ])('refuses %s with a sentence', async (url) => {
    const { code, message } = await failure({ env: { REDIS_URL: url } });
    expect([code, message]).toEqual([
      'BAD_OPTION',
      expect.stringMatching(/^REDIS_URL cannot be used: .*\.$/),
    ]);
  });
});

describe('the way by PATH', () => {
  for (const name of ['redis-server', 'valkey-server']) {
    itIf(noBinary, `takes ${name}`, async () => {
      const path = pathWith(name, binary);
      const server = await startRedis({ env: path.env, onProgress: quiet });
      try {
        expect(server.via).toBe('path');
        expect(server.description).toContain(`${path.folder}/${name} found on PATH`);
        expect(await answers(server.url)).toBe(true);
        expect(Number(new URL(server.url).port)).toBeLessThan(32_768);
      } finally {
        await server.stop();
        path.remove();
      }
    });
  }

  itIf(
    noBinary,
    'comes with no password of its own and takes no connections from other machines',
    async () => {
      const server = await startRedis({ env: local, onProgress: quiet });
      const bound = await withClient(server.url, (client) => client.config('GET', 'bind'));
      await server.stop();
      expect(bound).toEqual(['bind', '127.0.0.1']);
    },
  );
});

describe('the way by Docker', () => {
  itIf(
    noDocker,
    'starts a container that only this machine reaches, and removes it',
    async () => {
      const server = await startRedis({ via: 'docker', onProgress: quiet });
      expect(server.via).toBe('docker');
      expect(server.description).toMatch(/image redis:8-alpine in Docker \d/);
      expect(await answers(server.url)).toBe(true);
      await server.stop();
      expect(await answers(server.url)).toBe(false);
    },
    120_000,
  );

  itIf(
    noDocker,
    'says what Redis said when it refuses its arguments',
    async () => {
      const { code, message } = await failure({ via: 'docker', args: ['--no-such-setting', '1'] });
      expect([code, message]).toEqual(['START_FAILED', expect.stringContaining('no-such-setting')]);
    },
    60_000,
  );
});

describe('when there is no Redis', () => {
  it('names each way with the reason, and what to do on each system', async () => {
    // An engine, where there is one, fails on this image.
    const { code, message } = await failure({
      env: { PATH: '/nonexistent' },
      image: 'localhost:1/none:none',
    });
    expect(code).toBe('NO_REDIS');
    for (const line of [
      /^ {2}url +REDIS_URL is not set$/m,
      /^ {2}path +neither redis-server nor valkey-server is on PATH$/m,
      /^ {2}docker +(no container engine answers|testcontainers cannot be loaded|the image)/m,
      /^ {2}debian-package +\S/m,
      /^ {2}Debian, Ubuntu +sudo apt-get install redis-server$/m,
      /^ {2}Fedora +\S/m,
      /^ {2}Alpine +\S/m,
      /^ {2}macOS +brew install redis$/m,
      /^ {2}Windows +.*WSL.*Memurai/m,
      /^ {2}anywhere +set REDIS_URL=/m,
    ]) {
      expect(message).toMatch(line);
    }
  });

  it.each([
    ['url', {}],
    ['path', { REDIS_URL: 'redis://127.0.0.1:1', PATH: '/nonexistent' }],
    ['debian-package', { REDIS_URL: 'redis://127.0.0.1:1', PATH: '/nonexistent' }],
  ])('REDIS_VIA=%s is tried alone', async (way, env) => {
    const { code, message } = await failure({ env: { ...env, REDIS_VIA: way } });
    expect([code, message]).toEqual(['WAY_UNAVAILABLE', expect.stringContaining(`by way of '${way}' only`)]);
  });

  it.each<[object, RegExp]>([
    [{ env: { REDIS_VIA: 'magic' } }, /REDIS_VIA is 'magic'; allowed are url, path, docker, debian-package/],
    [{ port: 70_000 }, /port is 70000; allowed are 1 to 65535/],
    [{ startTimeout: 0 }, /startTimeout is 0/],
  ])('refuses %j', async (options, words) => {
    const { code, message } = await failure(options);
    expect([code, message]).toEqual(['BAD_OPTION', expect.stringMatching(words)]);
  });

  itIf(noBinary, 'refuses arguments that would move the server', async () => {
    const { code, message } = await failure({ env: local, args: ['--port', '1234'] });
    expect([code, message]).toEqual(['BAD_OPTION', expect.stringContaining('use the option port')]);
  });
});
