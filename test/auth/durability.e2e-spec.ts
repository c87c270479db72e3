import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisSessionStore, SessionRegistry, type SessionModuleOptions } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { RaceController } from '../support/race.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

const here = { env: { ...process.env, REDIS_URL: undefined, REDIS_VIA: undefined } };

describe.each(ADAPTERS)('redis.durability, on %s', (adapter) => {
  const [primary, replica] = [useRedis(here), useRedis(here)];
  let replicaPid = 0;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    replicaPid = Number(/process_id:(\d+)/.exec(await replica.client.info('server'))?.[1]);
    // Otherwise it waits 5 s for other replicas that want a copy too.
    await primary.client.config('SET', 'repl-diskless-sync-delay', '0');
    await replica.client.replicaof('127.0.0.1', Number(new URL(primary.url).port));
    await until(async () => /^master_link_status:up/m.test(await replica.client.info('replication')));
  });
  afterEach(async () => {
    process.kill(replicaPid, 'SIGCONT');
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  const until = untilWithin(20_000);

  async function start({ timeout = 20_000, writes = 'login' as 'login' | 'all', ...session }) {
    const redis = { url: primary.url, maxWait: 30_000, durability: { replicas: 1, timeout, writes } };
    const options: Partial<SessionModuleOptions> = { ...session, redis };
    const app = await startApp('', { adapter, session: options, module: { controllers: [RaceController] } });
    apps.push(app);
    return app;
  }
  /** Read from the replica. */
  const userOf = async (browser: Browser) =>
    String(/"userId":"([^"]+)"/.exec((await copyOf(browser)) ?? '')?.[1]);
  const copyOf = ({ handle }: Browser) => replica.client.get(`sess:${handle}`);
  const UNAVAILABLE = { status: 503, json: { code: 'SESSION_STORE_UNAVAILABLE' } };

  it('lets a login, a logout and a revocation count when the replica has them', async () => {
    const app = await start({});
    for (let turn = 0; turn < 5; turn++) {
      const [one, other] = [new Browser(app.origin), new Browser(app.origin)];
      expect((await one.post('/login')).status).toBe(201);
      expect(await replica.client.zscore(`sess-user:{${await userOf(one)}}`, one.handle)).not.toBeNull();
      await one.post('/logout');
      expect(await replica.client.exists(`sess:${one.handle}`)).toBe(0);
      await other.post('/login');
      const userId = await userOf(other);
      expect(await app.app.get(SessionRegistry).revokeAll(userId)).toBe(1);
      expect(await replica.client.exists(`sess:${other.handle}`)).toBe(0);
      expect(await replica.client.get(`sess-user:{${userId}}:revoked`)).toBe(String(turn + 1));
    }
  });

  it('waits for each step of a login: the place in the list, the session, the place for good', async () => {
    const app = await start({});
    await new Browser(app.origin).post('/login');
    // Each of them is a script that is sent whole, with another one before its WAIT; and the end of the session before has that one.
    const scripts = async () =>
      Number(/cmdstat_eval:calls=(\d+)/.exec(await primary.client.info('commandstats'))?.[1]);
    const before = await scripts();
    await new Browser(app.origin).post('/login');
    expect((await scripts()) - before).toBe(7);
  });

  it('refuses them while it does not, and lets everything else go on', async () => {
    const app = await start({ timeout: 1_000 });
    const [known, visitor] = [new Browser(app.origin), new Browser(app.origin)];
    await known.post('/login');
    const { cookie } = known;
    process.kill(replicaPid, 'SIGSTOP');

    expect(await visitor.post('/login')).toMatchObject(UNAVAILABLE);
    expect(visitor.cookie).toBeUndefined();
    expect((await known.post('/set?key=n&value=1')).status).toBe(201);
    expect((await known.get('/data')).json).toMatchObject({ n: '1' });
    expect(await known.post('/logout')).toMatchObject(UNAVAILABLE);
    await expect(app.app.get(SessionRegistry).revokeAll('somebody')).rejects.toThrow(/0 of 1 replicas/);

    process.kill(replicaPid, 'SIGCONT');
    expect((await visitor.post('/login')).status).toBe(201);
    known.cookie = cookie;
    await known.post('/logout');
    known.cookie = cookie;
    expect((await known.get('/data')).json).toEqual({});
  });

  it('refuses changes of session data too with writes: all', async () => {
    const app = await start({ timeout: 1_000, writes: 'all' });
    const browser = new Browser(app.origin);
    await browser.post('/set?key=n&value=1');
    expect(await copyOf(browser)).toContain('"n":"1"');
    process.kill(replicaPid, 'SIGSTOP');
    expect(await browser.post('/set?key=n&value=2')).toMatchObject(UNAVAILABLE);
    expect((await browser.get('/data')).status).toBe(200);
  });

  it('leaves nothing old in the near cache, whose connection did not write', async () => {
    const app = await start({ writes: 'all', nearCache: {} });
    const near = () => app.app.get(RedisSessionStore).nearCache!;
    await until(async () => near().isTrusted);
    const browser = new Browser(app.origin);
    await browser.post('/set?key=n&value=0');
    for (let turn = 1; turn <= 20; turn++) {
      await browser.get('/data');
      await browser.post(`/set?key=n&value=${turn}`);
      expect((await browser.get('/data')).json).toMatchObject({ n: String(turn) });
    }
    // Kept again by a read, and told of what others do.
    await browser.get('/data');
    await primary.client.del(`sess:${browser.handle}`);
    await until(async () => !('n' in (await browser.get('/data')).json));
  });
});
