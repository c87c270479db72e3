import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sign } from 'cookie-signature';
import { minutes, seconds } from 'nestjs-redis-session';
import { type Answer, Browser } from '../support/browser.js';
import { useProfileService } from '../support/profile.service.js';
import { describeWithPython } from '../support/python.js';
import { useRedis } from '../support/redis.js';
import { SECRET } from '../support/test-app.js';

const OLDER_SECRET = 'an-older-secret-of-the-tests-0123456789';
const ALICE = { username: 'alice', password: 'alice-in-wonderland' };
const JSON_ONLY = { accept: 'application/json' };

describeWithPython('the Flask service beside the application', (python) => {
  const redis = useRedis();
  const site = useProfileService(redis);
  let flask: ChildProcess;
  let origin: string;
  let browser: Browser;
  const key = () => `sess:${browser.handle}`;
  const record = async () => JSON.parse((await redis.client.get(key()))!);
  /** The same browser at the service, which must never give it a cookie. */
  async function ask(path = '/', cookie = browser.cookie) {
    const visitor = new Browser(origin);
    visitor.cookie = cookie;
    const answer = await visitor.get(path, JSON_ONLY);
    expect(answer.headers.getSetCookie()).toEqual([]);
    return answer;
  }
  const signed = (sid: string, secret: string) => `sid=${encodeURIComponent(`s:${sign(sid, secret)}`)}`;

  beforeAll(async () => {
    const env = { REDIS_URL: redis.url, SESSION_SECRET: `${SECRET} ${OLDER_SECRET}`, PORT: '0' };
    flask = spawn(python, ['examples/flask-profile-service/app.py'], {
      env: { ...env, PYTHONDONTWRITEBYTECODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Its log of requests; a pipe that nobody empties would stop it.
    let log = '';
    flask.stderr!.on('data', (text) => (log += text));
    origin = await new Promise((resolve, reject) => {
      flask.stdout!.on('data', (text) => resolve(/http:\S+/.exec(String(text))![0]));
      flask.once('exit', () => reject(new Error(`The service ended: ${log}`)));
    });
  }, 30_000);
  afterAll(() => void flask?.kill());
  beforeEach(async () => {
    browser = new Browser(site.app);
    await browser.get('/', JSON_ONLY);
  });

  it('counts visits on the same number, and keeps what it does not know', async () => {
    await browser.post('/login', ALICE);
    const before = await record();
    expect((await ask()).json).toEqual({ visitCount: 2 });
    expect((await browser.get('/', JSON_ONLY)).json).toEqual({ visitCount: 3 });
    expect((await ask()).json).toEqual({ visitCount: 4 });
    const after = await record();
    expect(after).toMatchObject({ username: 'alice', visitCount: 4 });
    expect(after.$session.auth).toEqual(before.$session.auth);
    expect(after.$session.secrets).toEqual(before.$session.secrets);
    expect(Object.keys(after).at(-1)).toBe('$session');
  });

  it("says the guide's sentence to those who do not ask for JSON", async () => {
    const response = await fetch(origin, { headers: { cookie: browser.cookie! } });
    expect(await response.text()).toBe('You have visited this page 2 time(s).\n');
  });

  it('loses none of twenty increments that come at one time in both languages', async () => {
    let unconfirmed = 0;
    // Where time runs out on a busy machine, a 503 says that it is not certain; a client asks again.
    async function visit(send: () => Promise<Answer>): Promise<number> {
      for (;;) {
        const { status, json } = await send();
        if (status === 200) return json.visitCount;
        expect([status, json.code]).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
        unconfirmed++;
      }
    }
    const here = () => visit(() => browser.get('/', JSON_ONLY));
    const counts = await Promise.all(Array.from({ length: 10 }, () => [here(), visit(() => ask())]).flat());
    expect(new Set(counts).size).toBe(20);
    const { visitCount } = await record();
    expect(visitCount).toBe(Math.max(...counts));
    expect(visitCount).toBeGreaterThanOrEqual(21);
    expect(visitCount).toBeLessThanOrEqual(21 + unconfirmed);
  });

  it('knows who is logged in, and that somebody has logged out, at once', async () => {
    expect(await ask('/profile')).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } });
    await browser.post('/login', ALICE);
    const { cookie } = browser;
    expect((await ask('/profile')).json).toMatchObject({ userId: '1001', city: 'Oxford' });
    await redis.client.del('user_profile:1001');
    expect(await ask('/profile')).toMatchObject({ status: 404, json: { code: 'PROFILE_NOT_FOUND' } });
    await browser.post('/logout');
    expect((await ask('/profile', cookie)).status).toBe(401);
    expect((await ask('/', cookie)).status).toBe(401);
  });

  it('does not bring back a session that is logged out while it counts', async () => {
    for (let times = 0; times < 5; times++) {
      browser = new Browser(site.app);
      await browser.get('/', JSON_ONLY);
      const name = key();
      const counting = Promise.all(Array.from({ length: 8 }, () => ask()));
      await browser.post('/logout');
      for (const { status } of await counting) expect([200, 401]).toContain(status);
      expect(await redis.client.exists(name)).toBe(0);
    }
  });

  it('prolongs no session, neither by reading nor by counting, and creates none', async () => {
    await browser.post('/login', ALICE);
    await redis.client.pexpire(key(), 100_000);
    const before = await redis.client.get(key());
    await ask('/profile');
    expect(await redis.client.get(key())).toBe(before);
    await ask();
    expect(await redis.client.pttl(key())).toBeLessThanOrEqual(100_000);
    const { lastActiveAt } = JSON.parse(before!).$session;
    expect((await record()).$session.lastActiveAt).toBe(lastActiveAt);
    await redis.client.del(key());
    expect((await ask()).status).toBe(401);
    expect(await redis.client.exists(key())).toBe(0);
  });

  it('takes a cookie that an older secret signed, and none that was forged', async () => {
    expect((await ask('/', signed(browser.sid, OLDER_SECRET))).status).toBe(200);
    const good = browser.cookie!;
    const forged = [
      '',
      signed(browser.sid, 'another-secret-of-the-tests-0123456789'),
      signed(browser.handle, SECRET),
      signed(`${browser.handle}.${'A'.repeat(43)}`, SECRET),
      good.slice(0, -1),
      `${good}; ${good}`,
      `sid=${browser.sid}`,
      'sid=s%3A%FF%00.',
      `sid=${'x'.repeat(2_000)}`,
    ];
    const before = await redis.client.get(key());
    for (const cookie of forged) expect([cookie, (await ask('/', cookie)).status]).toEqual([cookie, 401]);
    expect(await redis.client.get(key())).toBe(before);
  });

  it('takes a secret that is renewed for its grace, then refuses it and changes nothing', async () => {
    // As if the session had begun sixteen minutes ago: the service's clock cannot be moved.
    const aged = async (change: (meta: any) => void) => {
      const stored = await record();
      change(stored.$session);
      await redis.client.set(key(), JSON.stringify(stored), 'KEEPTTL');
    };
    await aged((meta) => (meta.renewedAt -= minutes(16)));
    const old = browser.cookie;
    await browser.get('/me');
    const next = browser.cookie;
    expect(next).not.toBe(old);
    // Good before the application has seen it, and not promoted here.
    expect((await ask('/', next)).status).toBe(200);
    expect((await record()).$session.secrets.previous).toBeUndefined();
    await browser.get('/me');
    expect((await record()).$session.secrets.previous).toBeDefined();
    expect((await ask('/', old)).status).toBe(200);
    await aged((meta) => (meta.secrets.graceUntil -= seconds(31)));
    const before = await redis.client.get(key());
    expect((await ask('/', old)).status).toBe(401);
    expect((await ask('/profile', old)).status).toBe(401);
    expect(await redis.client.get(key())).toBe(before);
    expect((await ask('/', next)).status).toBe(200);
  });

  it.each([
    ['not JSON', 'no { json'],
    ['of another kind', '[1,2]'],
    ['without its own part', '{"cookie":{}}'],
    ['with a wrong one', '{"cookie":{},"$session":{"secrets":7,"policy":{"idle":1,"absolute":1}}}'],
    ['deeper than anybody can read', `{"cookie":{},"a":${'['.repeat(100_000)}`],
  ])('takes text that is %s for no session', async (_, text) => {
    await redis.client.set(key(), text, 'PX', 60_000);
    expect((await ask()).status).toBe(401);
    await redis.client.del(key());
    await redis.client.lpush(key(), 'x');
    expect((await ask()).status).toBe(401);
    await redis.client.del(key());
  });

  it('tells whether Redis answers', async () => {
    expect((await ask('/health')).json).toEqual({ redis: 'up', status: 'ok' });
    expect((await ask('/nowhere')).json).toMatchObject({ statusCode: 404, code: 'NOT_FOUND' });
  });
});
