import { describe, expect, it } from '@jest/globals';
import { SessionDoctor } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { useSampleApps } from '../support/sample.app.js';
import { useAppProcesses } from './app.process.js';

const redis = useRedis();
const start = useSampleApps(() => redis.url);
const PAGE = { accept: 'text/html' };

/** What a probe gets: no cookie goes with it, and none may come back. */
async function probe(origin: string, path: string, headers = {}) {
  const response = await fetch(`${origin}/health${path}`, { headers });
  return { status: response.status, json: await response.json(), headers: response.headers };
}

describe('GET /health/ready, and /health', () => {
  it.each(['/ready', ''])(
    '%s tells of Redis and the database, without addresses or a cookie',
    async (path) => {
      const { app, origin } = await start();
      // Its look at Redis, which nobody waits for at the start, counts as unanswered until it has its answers.
      await app.get(SessionDoctor).examine();
      for (const headers of [{}, PAGE]) {
        const { status, json, headers: answered } = await probe(origin, path, headers);
        expect(status).toBe(200);
        expect(json.details).toEqual({
          redis: {
            // A machine that is slow at this moment may be degraded.
            status: expect.stringMatching(/^(up|degraded)$/),
            topology: 'standalone',
            role: 'primary',
            latency: expect.any(Number),
            replicas: 0,
            queue: { waiting: 0, unanswered: 0 },
            failovers: { count: 0 },
          },
          database: { status: 'up', responseTime: expect.any(Number) },
        });
        expect(answered.get('content-type')).toContain('application/json');
        expect(answered.get('set-cookie')).toBeNull();
        expect(answered.get('cache-control')).toContain('no-store');
      }
    },
  );

  it('asks Redis PING and INFO, and nothing for the session of a browser that looks', async () => {
    const { origin } = await start();
    const browser = new Browser(origin);
    await browser.get('/');
    const cookie = browser.cookie;
    const monitor = await redis.client.monitor();
    const seen: string[] = [];
    const ended = new Promise<void>((resolve) => {
      monitor.on('monitor', (_time: string, [command = '', ...args]: string[]) => {
        if (args.includes('the end')) resolve();
        // The counts of the visit above are written within a second.
        else if (!args.join(' ').includes('analytics:')) seen.push(command.toUpperCase());
      });
    });
    for (const path of ['/health', '/health/ready', '/health/live'])
      expect((await browser.get(path, PAGE)).status).toBe(200);
    await redis.client.echo('the end');
    await ended;
    monitor.disconnect();
    expect(browser.cookie).toBe(cookie);
    expect(seen.filter((command) => command === 'PING' || command === 'INFO')).toHaveLength(4);
    expect(seen.filter((command) => command !== 'PING' && command !== 'INFO')).toEqual([]);
  });

  it('makes no session, and is no visit', async () => {
    const { origin } = await start();
    await redis.client.flushdb();
    for (let round = 0; round < 3; round++)
      for (const path of ['', '/ready', '/live']) await probe(origin, path, PAGE);
    expect(await redis.client.keys('*')).toEqual([]);
    const browser = new Browser(origin);
    expect((await browser.get('/', { accept: 'application/json' })).json).toEqual({ visitCount: 1 });
  });

  it('is 503 with what is wrong while the database is away', async () => {
    const execute = () => Promise.reject(new Error('connect ECONNREFUSED 10.1.2.3:5432'));
    const { origin } = await start({ database: { execute } as never });
    const { status, json } = await probe(origin, '/ready');
    expect([status, json.status, Object.keys(json.info)]).toEqual([503, 'error', ['redis']]);
    expect(json.error).toEqual({
      database: {
        status: 'down',
        message: 'The database does not answer.',
        responseTime: expect.any(Number),
      },
    });
  });
});

describe('while Redis is away', () => {
  const own = useRedis();
  const startOnOwn = useSampleApps(() => own.url);

  it('the process is alive and not ready, for a browser with a session too', async () => {
    const { origin } = await startOnOwn();
    const browser = new Browser(origin);
    await browser.get('/');
    await own.server.kill();
    for (const path of ['/health', '/health/ready']) {
      const { status, json } = await browser.get(path, PAGE);
      expect([status, json.status]).toEqual([503, 'error']);
      expect(json.error.redis).toMatchObject({ status: 'down', message: expect.any(String) });
      expect(json.info.database.status).toBe('up');
    }
    expect((await browser.get('/health/live', PAGE)).json).toEqual({ status: 'ok' });
  });
});

describe('after SIGTERM', () => {
  it('ready is 503 while requests are still served, and the process is alive', async () => {
    const { app, origin } = await start({ shutdownDelay: 5_000 });
    const closing = app.close('SIGTERM');
    let answer = await probe(origin, '/ready');
    // Ends at the latest when the application does, because nothing answers then.
    while (answer.status === 200) answer = await probe(origin, '/ready');
    expect([answer.status, answer.json.status]).toEqual([503, 'shutting_down']);
    expect((await probe(origin, '/live')).status).toBe(200);
    expect((await new Browser(origin).get('/')).status).toBe(200);
    await closing;
  });

  it('the process waits as long as SHUTDOWN_DELAY says, and does not with Ctrl-C', async () => {
    const env = { SESSION_SECRET: 'a-secret-of-the-tests-0123456789-abcdef', SHUTDOWN_DELAY: '3' };
    const [terminated, interrupted] = [1, 2].map(() => processes.start({ ...env, REDIS_URL: redis.url }));
    const origin = await terminated!.ready();
    await interrupted!.ready();
    const ending = terminated!.kill('SIGTERM');
    const interruptedAt = performance.now();
    expect(await interrupted!.kill('SIGINT')).toMatchObject({ code: 0, stderr: '' });
    expect(performance.now() - interruptedAt).toBeLessThan(3_000);
    let answer = await probe(origin, '/ready');
    while (answer.status === 200) answer = await probe(origin, '/ready');
    expect(answer.json.status).toBe('shutting_down');
    expect(await ending).toMatchObject({ code: 0, stderr: '' });
  }, 60_000);
});

const processes = useAppProcesses();
