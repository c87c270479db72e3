import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Clock, minutes } from 'nestjs-redis-session';
import { type Answer, Browser } from '../support/browser.js';
import { RaceController } from '../support/race.controller.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const KEYS = 200;

describe.each(ADAPTERS)('parallel requests of one browser, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  let advance = 0;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      // Nothing here is about time, and fifty writers at one session take theirs on a busy machine.
      session: { redis: { url: redis.url, maxWait: 15_000 } },
      module: { controllers: [RaceController] },
    });
    app.app.get(Clock).now = () => Date.now() + advance;
  });
  afterAll(() => app.close());

  async function newBrowser(...fields: string[]): Promise<Browser> {
    const browser = new Browser(app.origin);
    await browser.post('/set?key=first&value=1');
    for (const field of fields) await browser.post(`/set?key=${field}&value=old`);
    return browser;
  }

  const data = async (browser: Browser) => (await browser.get('/data')).json;

  /** Runs changes that have all loaded the session before the first of them is saved; they are saved in the order given. */
  async function interleaved(browser: Browser, ...paths: string[]): Promise<Answer[]> {
    const started = paths.map((path, index) => {
      const gate = `${browser.handle}-${index}`;
      const url = `${path}${path.includes('?') ? '&' : '?'}gate=${gate}`;
      return { gate, answer: path.startsWith('/data') ? browser.get(url) : browser.post(url) };
    });
    for (const { gate } of started) await browser.get(`/gates/${gate}`);
    const answers: Answer[] = [];
    for (const { gate, answer } of started) {
      await browser.post(`/gates/${gate}`);
      answers.push(await answer);
    }
    return answers;
  }

  it.each([2, 10, 50])(`${KEYS} keys written %i at a time are all there`, async (width) => {
    const browser = await newBrowser();
    const statuses = new Set<number>();
    for (let from = 0; from < KEYS; from += width) {
      const batch = Array.from({ length: width }, (_, index) =>
        browser.post(`/set?key=k${from + index}&value=${from + index}`),
      );
      for (const { status } of await Promise.all(batch)) statuses.add(status);
    }
    expect([...statuses]).toEqual([201]);
    const stored = await data(browser);
    const lost = Array.from({ length: KEYS }, (_, index) => index).filter(
      (index) => stored[`k${index}`] !== String(index),
    );
    expect(lost).toEqual([]);
  });

  it('a slow read never undoes a write', async () => {
    const browser = await newBrowser('name');
    const read = browser.get('/data?gate=slow-read');
    await browser.get('/gates/slow-read');
    await browser.post('/set?key=name&value=new');
    await browser.post('/gates/slow-read');
    expect((await read).json).toEqual({ first: '1', name: 'old' });
    expect(await data(browser)).toEqual({ first: '1', name: 'new' });
  });

  it('a slow read never undoes a write, not even when it moves the idle timeout', async () => {
    const browser = await newBrowser('name');
    try {
      advance = minutes(10);
      const read = browser.get('/data?gate=slow-touch');
      await browser.get('/gates/slow-touch');
      await browser.post('/set?key=name&value=new');
      advance = minutes(20);
      await browser.post('/gates/slow-touch');
      expect((await read).status).toBe(200);
      expect(await data(browser)).toEqual({ first: '1', name: 'new' });
    } finally {
      advance = 0;
    }
  });

  it('a slow write keeps what others wrote meanwhile', async () => {
    const browser = await newBrowser();
    const answers = await interleaved(
      browser,
      '/set?key=a&value=1',
      '/set?key=b&value=2',
      '/set?key=c&value=3',
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await data(browser)).toEqual({ first: '1', a: '1', b: '2', c: '3' });
  });

  it('a slow write whose answer is sent by hand keeps it too', async () => {
    const browser = await newBrowser();
    await interleaved(browser, '/set?key=a&value=1', '/set-by-hand?key=b&value=2');
    expect(await data(browser)).toEqual({ first: '1', a: '1', b: '2' });
  });

  it('nested objects are merged field by field', async () => {
    const browser = await newBrowser('cart.milk', 'cart.box.small');
    await interleaved(
      browser,
      '/set?key=cart.eggs&value=6',
      '/set?key=cart.box.large&value=1',
      '/unset?key=cart.milk',
    );
    expect((await data(browser)).cart).toEqual({ eggs: '6', box: { small: 'old', large: '1' } });
  });

  it('what one request removed stays removed when another writes beside it', async () => {
    const browser = await newBrowser('code');
    await interleaved(browser, '/unset?key=code', '/set?key=a&value=1');
    expect(await data(browser)).toEqual({ first: '1', a: '1' });
  });

  it('of two writes to the same field the later one wins', async () => {
    const browser = await newBrowser('name');
    await interleaved(browser, '/set?key=name&value=one', '/set?key=name&value=two');
    expect((await data(browser)).name).toBe('two');
  });
});
