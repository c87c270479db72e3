import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, SECRET, startApp, type TestApp } from '../support/test-app.js';

const sign = (sid: string, secret = SECRET): string =>
  `s:${sid}.${createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')}`;
const token = (bytes: number): string => randomBytes(bytes).toString('base64url');

/** Cookie headers made from a valid one, of which none may open anything. */
function wrongCookies(valid: string): Record<string, () => string> {
  const value = decodeURIComponent(valid.slice('sid='.length));
  const at = (text: string): number => Math.floor(Math.random() * text.length);
  const pair = (text: string): string => `sid=${encodeURIComponent(text)}`;
  const sid = value.slice(2, value.lastIndexOf('.'));
  return {
    'random bytes': () =>
      `sid=${randomBytes(40)
        .toString('latin1')
        .replace(/[^\x21-\x7e\x80-\xff]/g, '')}`,
    'one character changed': () => {
      const place = 2 + at(value.slice(2));
      const other = value[place] === 'A' ? 'B' : 'A';
      return pair(value.slice(0, place) + other + value.slice(place + 1));
    },
    truncated: () => pair(value.slice(0, at(value))),
    lengthened: () => pair(value + token(3)),
    'over-long': () => pair(`s:${'A'.repeat(1000 + at(sid) * 50)}.${token(32)}`),
    'twice, the same': () => `${valid}; ${valid}`,
    'twice, a forged one first': () => `sid=${token(20)}; ${valid}`,
    'twice, a forged one last': () => `${valid}; sid=${token(20)}`,
    unsigned: () => pair(sid),
    'unsigned with s:': () => pair(`s:${sid}`),
    'signed with another secret': () => pair(sign(sid, token(32))),
    'signed, an unknown id': () => pair(sign(`${token(16)}.${token(32)}`)),
    'signed, the handle alone': () => pair(sign(sid.split('.')[0]!)),
    'signed, nothing': () => pair(sign('')),
    'signed, with a space or a control character': () => pair(sign(`${sid} \u0001`)),
    'broken percent signs': () => `sid=%E0%A4%A${token(4)}%`,
    empty: () => 'sid=',
    'no value': () => 'sid',
    // Another host of the site can set such a cookie past the rules for names that begin with __Host-.
    'no name': () => valid.slice('sid='.length),
    'no name before the equals sign': () => valid.slice('sid'.length),
    'only signs': () => `;;;=;sid==;${'='.repeat(at(sid))}`,
  };
}

describe.each(ADAPTERS)('a cookie that this server did not give, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, { adapter, module: { controllers: [AnswersController] } });
  });
  afterAll(() => app.close());

  it('never gives a 5xx and is never accepted (1,000 generated ones)', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { cookie } = browser;
    // What was right is remembered.
    expect((await browser.get('/read')).json).toEqual({ count: 1 });
    const kinds = Object.entries(wrongCookies(cookie!));
    for (let round = 0; round < 1_000 / kinds.length; round++) {
      const answers = await Promise.all(
        kinds.map(async ([kind, make]) => {
          const header = make();
          const answer = await new Browser(app.origin).get('/read', { cookie: header });
          return {
            kind,
            header,
            status: answer.status,
            count: answer.json?.count,
            setCookie: answer.setCookie,
          };
        }),
      );
      const wrong = answers.filter(
        ({ status, count, setCookie }) => status !== 200 || count !== 0 || setCookie !== undefined,
      );
      expect(wrong).toEqual([]);
    }
    expect((await browser.get('/read')).json).toEqual({ count: 1 });
  }, 60_000);

  it('an id that was chosen by somebody else is not adopted, even when it is signed', async () => {
    const chosen = `${token(16)}.${token(32)}`;
    const browser = new Browser(app.origin);
    await browser.get('/json', { cookie: `sid=${encodeURIComponent(sign(chosen))}` });
    expect(browser.sid).not.toBe(chosen);
    expect(await redis.client.exists(`sess:${chosen.split('.')[0]}`)).toBe(0);
  });
});

describe('an id of a session with a secret that it never had, correctly signed', () => {
  const redis = useRedis();

  it('counts as a replay: it opens nothing and ends the session', async () => {
    const app = await startApp(redis.url, { module: { controllers: [AnswersController] } });
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const header = `sid=${encodeURIComponent(sign(`${browser.handle}.${token(32)}`))}`;
    expect((await new Browser(app.origin).get('/read', { cookie: header })).json).toEqual({ count: 0 });
    expect(await redis.client.exists(`sess:${browser.handle}`)).toBe(0);
    await app.close();
  });
});

describe('several secrets', () => {
  const redis = useRedis();

  it('the first signs, all verify', async () => {
    const older = 'an-older-secret-of-the-tests-0123456789';
    const module = { controllers: [AnswersController] };
    const before = await startApp(redis.url, { session: { secret: older }, module });
    const browser = new Browser(before.origin);
    await browser.get('/json');
    await before.close();

    const after = await startApp(redis.url, { session: { secret: [SECRET, older] }, module });
    const visitor = new Browser(after.origin);
    visitor.cookie = browser.cookie;
    expect((await visitor.get('/json')).json).toEqual({ count: 2 });
    expect(decodeURIComponent(visitor.cookie!)).toBe(`sid=${sign(visitor.sid)}`);
    await after.close();
  });
});

describe('the cookie in production', () => {
  const redis = useRedis();

  it('is __Host-sid, Secure, HttpOnly and SameSite=Lax', async () => {
    const app = await startApp(redis.url, {
      session: { cookie: { secure: true } },
      module: { controllers: [AnswersController] },
    });
    const answer = await new Browser(app.origin, '__Host-sid').get('/json');
    expect(answer.setCookie).toMatch(/^__Host-sid=/);
    for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax', 'Max-Age=1800']) {
      expect(answer.setCookie!.split('; ')).toContain(attribute);
    }
    expect(answer.headers.get('cache-control')).toBe('no-store');
    await app.close();
  });
});
