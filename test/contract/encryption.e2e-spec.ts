import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { encryptingSerializer, type SessionLifeOptions } from 'nestjs-redis-session';
import { useDataApps } from '../support/data.apps.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS } from '../support/test-app.js';

const OLD = 'an-old-key-of-the-tests-0123456789-abcdef';
const NEW = 'a-new-key-of-the-tests-0123456789-abcdefg';

describe.each(ADAPTERS)('encryptingSerializer, on %s', (adapter) => {
  const redis = useRedis();
  const { start, moved, stored, unreadable } = useDataApps(redis, adapter);
  const encrypted = (secrets: string | string[], readPlain = false): SessionLifeOptions => ({
    serializer: encryptingSerializer({ secrets, readPlain }),
  });

  it('shows in Redis neither data nor who is logged in', async () => {
    const { visit } = await start(encrypted(NEW));
    const browser = visit();
    await browser.post('/login?as=alice');
    await browser.post('/count');
    expect((await browser.get('/who')).json).toEqual({ userId: 'alice' });
    const text = await stored(browser);
    expect(text).toMatch(/^e1\.[\w-]{8}\.[\w-]+$/);
    const bytes = Buffer.from(text.split('.')[2]!, 'base64url').toString('latin1');
    for (const word of ['alice', 'visits', '$session', 'cookie']) expect(text + bytes).not.toContain(word);
  });

  it('writes the same record differently each time', async () => {
    const { visit } = await start(encrypted(NEW));
    const browser = visit();
    const texts = new Set<string>();
    for (let visits = 0; visits < 5; visits++) {
      await browser.post('/count');
      texts.add((await stored(browser)).split('.')[2]!.slice(0, 16));
    }
    expect(texts.size).toBe(5);
  });

  it('reads what an older secret encrypted, and writes with the new one', async () => {
    const before = await start(encrypted(OLD));
    const after = await start(encrypted([NEW, OLD]));
    const finished = await start(encrypted(NEW));
    const browser = before.visit();
    await browser.post('/count');
    const early = moved(browser, finished);
    expect((await early.get('/data')).json).toEqual({});
    expect(finished.events).toEqual([unreadable(browser.handle, 'encrypted with an unknown secret')]);
    const later = moved(browser, after);
    expect((await later.post('/count')).json).toEqual({ visits: 2 });
    expect((await moved(later, finished).post('/count')).json).toEqual({ visits: 3 });
    expect((await moved(browser, before).get('/data')).json).toEqual({});
  });

  it('moves over from plain JSON only where readPlain says so', async () => {
    const plain = await start({});
    const moving = await start(encrypted(NEW, true));
    const strict = await start(encrypted(NEW));
    const browser = plain.visit();
    await browser.post('/count');
    expect((await moved(browser, strict).get('/data')).json).toEqual({});
    expect(strict.events).toEqual([unreadable(browser.handle, 'not encrypted')]);
    expect((await moved(browser, moving).post('/count')).json).toEqual({ visits: 2 });
    expect(await stored(browser)).toMatch(/^e1\./);
    expect((await moved(browser, strict).post('/count')).json).toEqual({ visits: 3 });
  });

  it('does not open a record that was copied under the key of another session', async () => {
    const swap = async (session: SessionLifeOptions): Promise<unknown> => {
      // Plain ids: no hash of a secret stands in the way, so the encryption alone has to.
      const { visit } = await start({ ...session, idFormat: 'plain' });
      const [admin, thief] = [visit(), visit()];
      await admin.post('/login?as=admin');
      await thief.post('/login?as=thief');
      await redis.client.set(
        `sess:${thief.sid}`,
        (await redis.client.get(`sess:${admin.sid}`))!,
        'PX',
        60_000,
      );
      expect((await admin.get('/who')).json).toEqual({ userId: 'admin' });
      return (await thief.get('/who')).json.userId;
    };
    expect(await swap({})).toBe('admin');
    expect(await swap(encrypted(NEW))).toBe(null);
  });

  const change = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

  it.each([
    ['with another version', (text: string) => text.replace('e1', 'e2'), 'not encrypted'],
    ['with another key id', (text: string) => change(text, 5), 'encrypted with an unknown secret'],
    ['with another nonce', (text: string) => change(text, 14), 'tampered with, or of another session'],
    ['with another byte in it', (text: string) => change(text, 100), 'tampered with, or of another session'],
    [
      'with another tag',
      (text: string) => change(text, text.length - 5),
      'tampered with, or of another session',
    ],
    ['cut off', (text: string) => text.slice(0, -8), 'tampered with, or of another session'],
    ['cut off in the nonce', (text: string) => text.slice(0, 20), 'cut off'],
    ['without a body', (text: string) => text.slice(0, 12), 'cut off'],
    ['with something behind it', (text: string) => `${text}.x`, 'not encrypted'],
    ['replaced by JSON', () => '{"cookie":{"originalMaxAge":null}}', 'not encrypted'],
    ['replaced by garbage', () => '\0\uFFFD garbage', 'not encrypted'],
  ])('%s is no session, an event, and no error', async (_, spoil, problem) => {
    const { visit, events } = await start(encrypted(NEW));
    const browser = visit();
    await browser.post('/count');
    const { handle } = browser;
    await redis.client.set(`sess:${handle}`, spoil(await stored(browser)), 'PX', 60_000);
    const answer = await browser.get('/data');
    expect([answer.status, answer.json]).toEqual([200, {}]);
    expect(events.at(-1)).toEqual(unreadable(handle, problem));
    expect((await browser.post('/count')).json).toEqual({ visits: 1 });
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
  });

  it('parallel requests lose nothing', async () => {
    const { visit } = await start(encrypted(NEW));
    const browser = visit();
    await browser.post('/count');
    const names = Array.from({ length: 10 }, (_, number) => `field${number}`);
    const answers = await Promise.all(names.map((name) => browser.post(`/field?name=${name}`)));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 201));
    expect(Object.keys((await browser.get('/data')).json)).toEqual(expect.arrayContaining(names));
  });

  it('a write whose answer was lost is repeated with the very same text, and counts as written', async () => {
    const client = new Redis(redis.url);
    const { visit } = await start(encrypted(NEW), { redis: { client } });
    const browser = visit();
    await browser.post('/count');
    const sent: unknown[] = [];
    const call = client.call.bind(client) as (...args: unknown[]) => Promise<unknown>;
    client.call = async (...args: unknown[]) => {
      sent.push(args[5]);
      const reply = await call(...args);
      if (sent.length === 1) throw new Error('Connection is closed.');
      return reply;
    };
    expect((await browser.post('/count')).json).toEqual({ visits: 2 });
    expect(sent).toEqual([await stored(browser), await stored(browser)]);
    expect((await browser.get('/data')).json).toEqual({ visits: 2 });
    client.disconnect();
  });

  it.each([
    ['no secret', undefined, /encryptingSerializer\.secrets is missing.*randomBytes/],
    ['a short secret', 'short', /encryptingSerializer\.secrets has 5 bytes and must have at least 32/],
    ['a short older secret', [NEW, '0123456789abcdef'], /encryptingSerializer\.secrets has 16 bytes/],
    ['an empty older secret', [NEW, ''], /encryptingSerializer\.secrets has an entry/],
    ['a secret of an example', 'keyboard cat keyboard cat keyboard cat', /everybody knows/],
  ])('%s is an error that names option and remedy', (_, secrets, message) => {
    expect(() => encryptingSerializer({ secrets })).toThrow(message);
  });

  it('a misspelt option is an error', () => {
    expect(() => encryptingSerializer({ secret: NEW } as never)).toThrow(
      /encryptingSerializer\.secret does not exist.*secrets, readPlain/,
    );
  });
});
