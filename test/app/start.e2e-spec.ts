import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { SECRET } from '../support/test-app.js';
import { isListening, useAppProcesses } from './app.process.js';

const redis = useRedis();
const { start, folder } = useAppProcesses();
const secretPath = join(folder, 'session-secret');
const own = () => readFileSync(join(folder, 'redis-url'), 'utf8').trim();
const jsonOf = (browser: Browser) =>
  browser.get('/', { accept: 'application/json' }).then(({ json }) => json);

describe('a start that fails', () => {
  /** Expects exit code 1, soon, and nothing on stderr but one line. */
  async function failureOf(env: Record<string, string>): Promise<string> {
    const { code, stdout, stderr, after } = await start(env).ended;
    expect(code).toBe(1);
    expect(after).toBeLessThan(15_000);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stdout + stderr).not.toMatch(/\bat .+:\d+:\d+|ERROR|ExceptionHandler/);
    return stderr;
  }
  const production = { NODE_ENV: 'production' };

  it('because nothing answers at REDIS_URL says so', async () => {
    expect(await failureOf({ REDIS_URL: 'redis://127.0.0.1:1' })).toMatch(
      /^REDIS_URL is redis:\/\/127.*ECONNREFUSED/,
    );
  });

  it.each(['http://127.0.0.1', 'rubbish'])('because REDIS_URL is %s says so', async (url) => {
    expect(await failureOf({ REDIS_URL: url })).toMatch(
      /^REDIS_URL cannot be used.*It should look like redis:/,
    );
  });

  it.each(['abc', '65536', '-1', '3000.5'])('because PORT is %s says so', async (port) => {
    expect(await failureOf({ PORT: port })).toMatch(/^PORT is ".+", but it has to be/);
  });

  it.each(['abc', '-1', '1.5', '1000'])('because SHUTDOWN_DELAY is %s says so', async (delay) => {
    expect(await failureOf({ SHUTDOWN_DELAY: delay })).toMatch(/^SHUTDOWN_DELAY is ".+", but it has to be/);
  });

  it.each(['abc', '65536'])('because PROFILE_PORT is %s says so', async (port) => {
    expect(await failureOf({ PROFILE_PORT: port })).toMatch(/^PROFILE_PORT is ".+", but it has to be/);
  });

  it('because the port that was chosen for the profile service is taken says so', async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as { port: number };
    try {
      expect(await failureOf({ PROFILE_PORT: String(port), REDIS_URL: redis.url })).toMatch(
        new RegExp(`^Port ${port} is taken by another program: .*PROFILE_PORT=`),
      );
    } finally {
      other.close();
    }
  });

  it('because the port is taken says so', async () => {
    const other = createServer().listen(0);
    const { port } = other.address() as { port: number };
    try {
      expect(await failureOf({ PORT: String(port), REDIS_URL: redis.url })).toMatch(
        new RegExp(`^Port ${port} is taken by another program: .*PORT=`),
      );
    } finally {
      other.close();
    }
  });

  it.each([
    ['missing', undefined, /^SESSION_SECRET is missing\. Make one with: node/],
    ['short', 'tooshort', /^SESSION_SECRET has 8 bytes and must have at least 32\. Make one with: node/],
    [
      'from an example',
      'keyboard cat keyboard cat keyboard cat',
      /^SESSION_SECRET is one that everybody knows/,
    ],
  ])('in production because the secret is %s says so', async (_, secret, sentence) => {
    const env = {
      ...production,
      REDIS_URL: redis.url,
      ...(secret !== undefined && { SESSION_SECRET: secret }),
    };
    expect(await failureOf(env)).toMatch(sentence);
  });

  it('leaves no Redis behind that it had started', async () => {
    const app = start({ SESSION_SECRET: 'tooshort' });
    const { stdout } = await app.ended;
    const address = /on (127\.0\.0\.1:\d+)/.exec(stdout)?.[1];
    expect(await isListening(`redis://${address}`)).toBe(false);
  });
});

describe('the secret for development', () => {
  it('is made once, kept for nobody else to read, and used again', async () => {
    rmSync(secretPath, { force: true });
    const first = start({ REDIS_URL: redis.url });
    const browser = new Browser(await first.ready());
    expect(first.stdout).toContain(`SESSION_SECRET is not set, so one was made and is kept in ${secretPath}`);
    expect(statSync(secretPath).mode & 0o777).toBe(0o600);
    expect(readFileSync(secretPath, 'utf8')).toMatch(/^[\w-]{43}\n$/);
    await browser.get('/');
    await first.kill('SIGINT');

    const second = start({ REDIS_URL: redis.url });
    const again = new Browser(await second.ready());
    again.cookie = browser.cookie;
    expect(await jsonOf(again)).toEqual({ visitCount: 2 });
    expect(second.stdout).toContain('so one was taken that is kept in');
  });

  it('is the same for instances that start at the same moment', async () => {
    rmSync(secretPath, { force: true });
    const apps = [1, 2, 3].map(() => start({ REDIS_URL: redis.url }));
    const [first, ...others] = (await Promise.all(apps.map((app) => app.ready()))).map(
      (origin) => new Browser(origin),
    );
    await first!.get('/');
    for (const [index, other] of others.entries()) {
      other.cookie = first!.cookie;
      expect(await jsonOf(other)).toEqual({ visitCount: index + 2 });
    }
  });

  it('is not guessed at when its file holds something else', async () => {
    rmSync(secretPath, { force: true });
    writeFileSync(secretPath, 'x');
    const { code, stderr } = await start({ REDIS_URL: redis.url }).ended;
    rmSync(secretPath);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/remove that file, or set SESSION_SECRET\.\n$/),
    ]);
  });
});

describe('the Redis of its own', () => {
  const env = { SESSION_SECRET: SECRET };

  it('is named, keeps sessions over a restart, and ends with Ctrl-C although a connection is open', async () => {
    const first = start(env);
    const browser = new Browser(await first.ready());
    expect(first.stdout).toMatch(/^Redis: using .+ on 127\.0\.0\.1:\d+/m);
    const url = own();
    await browser.get('/');
    expect(await isListening(url)).toBe(true);
    const pressedAt = performance.now();
    expect(await first.kill('SIGINT')).toMatchObject({ code: 0, stderr: '' });
    // An idle connection would keep the server open for five seconds.
    expect(performance.now() - pressedAt).toBeLessThan(4_500);
    expect(await isListening(url)).toBe(false);

    const again = new Browser(await start(env).ready());
    again.cookie = browser.cookie;
    expect(await jsonOf(again)).toEqual({ visitCount: 2 });
  }, 60_000);

  it('is shared by a second instance', async () => {
    const first = new Browser(await start(env).ready());
    const app = start(env);
    const second = new Browser(await app.ready());
    expect(app.stdout).toMatch(/^Redis: using .+ which another instance .+ Set REDIS_URL/m);
    await first.get('/');
    second.cookie = first.cookie;
    expect(await jsonOf(second)).toEqual({ visitCount: 2 });
  });

  it('goes to one of two instances that start at the same moment, and the other one shares it', async () => {
    const origins = await Promise.all([start(env).ready(), start(env).ready()]);
    const [first, second] = origins.map((origin) => new Browser(origin));
    await first!.get('/');
    second!.cookie = first!.cookie;
    expect(await jsonOf(second!)).toEqual({ visitCount: 2 });
  });

  it('is not needed where REDIS_URL names one, which is left as it is', async () => {
    const app = start({ ...env, REDIS_URL: redis.url });
    await app.ready();
    expect(app.stdout).toMatch(/^Redis: using .+ from REDIS_URL/m);
    expect(app.stdout).toMatch(/^Profile service: off, because PROFILE_PORT/m);
    expect(await app.kill('SIGTERM')).toMatchObject({ code: 0 });
    expect(await isListening(redis.url)).toBe(true);
  });
});
