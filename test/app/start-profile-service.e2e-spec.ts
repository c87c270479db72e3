import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { SECRET } from '../support/test-app.js';
import { type AppProcess, isListening, useAppProcesses } from './app.process.js';

/** Two processes start, one after the other again where it has ended, ms. */
const LONG = 120_000;
const SERVES = /^Profile service: (http:\/\/localhost:\d+)$/m;

describe('npm start and the profile service', () => {
  const redis = useRedis();
  const { start } = useAppProcesses();
  async function started(): Promise<{ app: AppProcess; origin: string; service: string; pid: number }> {
    const app = start({ REDIS_URL: redis.url, SESSION_SECRET: SECRET, PROFILE_PORT: '0' });
    const origin = await app.ready();
    const [, service = ''] = await app.says(SERVES);
    return { app, origin, service, pid: childOf(app) };
  }
  /** The Redis is not a child of the application here, so the service is the only one. */
  const childOf = ({ pid }: AppProcess) =>
    Number(
      execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .find(([, parent]) => parent === String(pid))?.[0],
    );
  /** Looks again and again; the test's own time limit ends it. */
  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  }
  const isRunning = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it(
    'starts it with one line, on the same sessions, and Ctrl-C ends both',
    async () => {
      const { app, origin, service, pid } = await started();
      const browser = new Browser(origin);
      await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
      const profile = { name: 'alice', city: 'Oxford' };
      expect((await browser.get('/profile')).json).toMatchObject(profile);
      const visitor = new Browser(service);
      visitor.cookie = browser.cookie;
      expect((await visitor.get('/profile')).json).toMatchObject(profile);
      // What everybody on the machine can see of it.
      const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
      expect(command).toContain('profile-service/main.js');
      expect(command).not.toMatch(/redis:|a-secret/);
      // As a terminal does: to both.
      process.kill(pid, 'SIGINT');
      expect(await app.kill('SIGINT')).toMatchObject({ code: 0, stderr: '' });
      expect([isRunning(pid), await isListening(service)]).toEqual([false, false]);
      expect(app.stdout).not.toContain('it has ended');
    },
    LONG,
  );

  it(
    'says that it has ended, goes on without it, starts it again where it was, and leaves none behind when it is killed',
    async () => {
      const { app, origin, service, pid } = await started();
      const browser = new Browser(origin);
      await browser.post('/login', { username: 'alice', password: 'alice-in-wonderland' });
      process.kill(pid, 'SIGKILL');
      await app.says(/^Profile service: it has ended \(SIGKILL\)\. It is started again in 1 s/m);
      expect((await browser.get('/profile', { accept: 'text/html' })).text).toContain('It does not run.');
      await until(() => app.stdout.split(`Profile service: ${service}\n`).length === 3);
      expect((await browser.get('/profile')).json).toMatchObject({ city: 'Oxford' });
      const again = childOf(app);
      await app.kill('SIGKILL');
      await until(() => !isRunning(again));
    },
    LONG,
  );
});
