import { beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { type SampleApp, useSampleApps } from '../support/sample.app.js';

const PAGE = { accept: 'text/html' };
// A server of its own, whose connections all come from this process.
const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
const start = useSampleApps(() => redis.url);
let app: SampleApp;
let browser: Browser;
beforeEach(async () => {
  await redis.client.flushdb();
  app = await start();
  browser = new Browser(app.origin);
});

const stored = () => redis.client.get(`sess:${browser.handle}`);
const submit = (path: string, fields: Record<string, string>) =>
  browser.fetch(path, { method: 'POST', headers: PAGE, body: new URLSearchParams(fields) });

describe('the size of a session', () => {
  it('is nothing for who only looks', async () => {
    const { json, setCookie } = await browser.get('/session');
    expect(json.session).toMatchObject({ bytes: 0, maxBytes: 65_536, level: 'small', fields: [] });
    expect([setCookie, json.preferencesBytes]).toEqual([undefined, null]);
    expect((await browser.get('/session', PAGE)).text).toContain('Nothing is stored for you yet');
  });

  it('is that of the text in Redis, of which the fields are nearly all', async () => {
    await browser.post('/cart/add', { productId: 'a', name: 'Größe €', price: 1, quantity: 1 });
    const { session } = (await browser.get('/session')).json;
    const text = (await stored()) ?? '';
    expect(session.bytes).toBe(Buffer.byteLength(text));
    expect(session.bytes).toBeGreaterThan(text.length);
    const { fields } = session;
    expect(fields.map(({ name }: { name: string }) => name).toSorted()).toEqual([
      '$session',
      'cart',
      'cookie',
    ]);
    // Braces, and commas between the fields.
    const sum = fields.reduce((total: number, { bytes }: { bytes: number }) => total + bytes, 0);
    expect(session.bytes - sum).toBe(fields.length + 1);
  });

  it('is told with what JSON costs, as measured', async () => {
    await browser.post('/session/history', { kilobytes: 32 });
    const { serialization } = (await browser.get('/session')).json.session;
    expect(serialization.parseMicroseconds).toBeGreaterThan(5);
    expect(serialization.stringifyMicroseconds).toBeGreaterThan(5);
  });

  it('grows and is warned of, is bounded, and shrinks again', async () => {
    const levels: string[] = [];
    for (const kilobytes of [1, 8, 32]) {
      const { status, json } = await browser.post('/session/history', { kilobytes });
      expect(status).toBe(200);
      levels.push(json.level);
    }
    expect(levels).toEqual(['small', 'growing', 'large']);
    const before = await stored();
    const over = await browser.post('/session/history', { kilobytes: 32 });
    expect([over.status, over.json.code]).toEqual([413, 'SESSION_TOO_LARGE']);
    expect(JSON.parse((await stored()) ?? '').activityHistory).toEqual(
      JSON.parse(before ?? '').activityHistory,
    );
    expect((await browser.get('/session')).json.session.fields[0].name).toBe('activityHistory');
    expect((await browser.fetch('/session/history', { method: 'DELETE' })).json.level).toBe('small');
    expect(JSON.parse((await stored()) ?? '')).not.toHaveProperty('activityHistory');
  });

  it('loses nothing of what two tabs add at once', async () => {
    await browser.post('/session/history', { kilobytes: 1 });
    const entries = async () => JSON.parse((await stored()) ?? '').activityHistory.length;
    const once = await entries();
    await Promise.all(Array.from({ length: 10 }, () => browser.post('/session/history', { kilobytes: 1 })));
    expect(await entries()).toBe(11 * once);
  });

  it('changes by forms too, and says when it cannot', async () => {
    const { status, headers } = await submit('/session/history', { kilobytes: '32' });
    expect([status, headers.get('location')]).toEqual([303, '/session']);
    expect((await browser.get('/session', PAGE)).text).toContain('Large');
    const over = await submit('/session/history', { kilobytes: '32' });
    expect([over.status, over.text]).toEqual([413, expect.stringContaining('Nothing was saved.')]);
    expect((await submit('/session/history/remove', {})).headers.get('location')).toBe('/session');
    expect((await browser.get('/session', PAGE)).text).not.toContain('activityHistory');
  });

  it('does not grow by what is no number of kilobytes', async () => {
    for (const kilobytes of [0, 33, 1.5, -1, '1e1', null, [1], {}, true, 1e300]) {
      const { status, json } = await browser.post('/session/history', { kilobytes });
      expect([status, json.problems]).toEqual([400, { kilobytes: 'must be a whole number from 1 to 32' }]);
    }
    expect(browser.cookie).toBeUndefined();
  });
});

describe('the connection', () => {
  it('is one, whoever counts, and carries fifty loads at once', async () => {
    await browser.post('/session/history', { kilobytes: 8 });
    const listed = async () => ((await redis.client.client('LIST')) as string).trim().split('\n').length;
    const open = async () => (await browser.get('/session')).json.connections.open;
    // The application's own, and that of this test, which was there before it.
    expect(await listed()).toBe(2);
    const before = await open();
    const { status, json } = await browser.get('/session/loads');
    expect([status, json]).toEqual([200, { loads: 50, connections: 1, milliseconds: expect.any(Number) }]);
    expect([await listed(), await open()]).toEqual([2, before]);
    expect(before).toBe(1);
  });

  it('would be counted if it were not the only one', async () => {
    const another = new Redis(redis.url);
    await another.ping();
    expect((await browser.get('/session')).json.connections.open).toBe(2);
    await another.quit();
    expect((await browser.get('/session')).json.connections.open).toBe(1);
  });

  it('is shown with how many requests are under way', async () => {
    // Redis answers nobody for a moment, so that they are all there at one time.
    await redis.client.client('PAUSE', 300);
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.get('/session')));
    const most = Math.max(...answers.map(({ json }) => json.connections.mostUnderWay));
    expect(most).toBeGreaterThan(1);
    const { connections } = (await browser.get('/session')).json;
    expect(connections).toMatchObject({ requestsUnderWay: 1, mostUnderWay: expect.any(Number) });
    expect(connections.commandsProcessed).toBeGreaterThan(10);
  });

  it('is shown on a page, for as many loads as are allowed', async () => {
    expect((await browser.get('/session/loads?count=7', PAGE)).text).toContain(
      '7 loads went over 1 connection',
    );
    for (const count of ['0', '101', '-1', 'x', '1&count=2', '1.5']) {
      const { status, json } = await browser.get(`/session/loads?count=${count}`);
      expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
    }
  });

  it('is shown without the figures that Redis keeps to itself', async () => {
    await redis.client.acl('SETUSER', 'modest', 'on', '>modest', '~*', '&*', '+@all');
    const url = redis.url.replace('redis://', 'redis://modest:modest@');
    const modest = new Browser((await start({ redis: url })).origin);
    await redis.client.acl('SETUSER', 'modest', '-info');
    const { status, json } = await modest.get('/session');
    expect([status, json.connections.commandsProcessed]).toEqual([200, null]);
  });
});
