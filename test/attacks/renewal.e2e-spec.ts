import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hours, minutes, seconds, type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { FakeClock } from 'nestjs-redis-session/testing';
import { heard } from '../support/heard.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, SECRET, startApp, type TestApp } from '../support/test-app.js';

const RENEW_AFTER = minutes(15);

describe.each(ADAPTERS)('the renewal of the secret, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  let clock: FakeClock;
  let events: SessionEvent[];
  const start = async (secret: string | string[] = SECRET): Promise<TestApp> => {
    const started = await startApp(redis.url, {
      adapter,
      clock,
      session: { secret, session: { idleTimeout: hours(1), absoluteTimeout: hours(8) } },
      module: { controllers: [AnswersController] },
    });
    started.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    return started;
  };
  const copyOf = (browser: Browser, at: TestApp = app): Browser => {
    const copy = new Browser(at.origin);
    copy.cookie = browser.cookie;
    return copy;
  };
  const happened = (type: SessionEvent['type']): number =>
    events.filter((event) => event.type === type).length;
  /** A browser that was sent the successor of its secret and has not used it yet, and a copy with the secret before. */
  const dueBrowser = async (): Promise<{ browser: Browser; before: Browser }> => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    clock.advance(RENEW_AFTER);
    const before = copyOf(browser);
    await browser.get('/read');
    return { browser, before };
  };
  beforeEach(async () => {
    clock = new FakeClock();
    events = [];
    app = await start();
  });
  afterEach(() => app.close());

  it('gives a new secret under the same handle, and keeps the data', async () => {
    const { browser, before } = await dueBrowser();
    expect(browser.handle).toBe(before.handle);
    expect(browser.sid).not.toBe(before.sid);
    expect(happened('session.renewed')).toBe(0);
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    expect(happened('session.renewed')).toBe(1);
  });

  it('gives Redis and the cookie the same deadline', async () => {
    const { browser } = await dueBrowser();
    clock.advance(RENEW_AFTER);
    const { setCookie } = await browser.get('/read');
    const expires = Date.parse(/Expires=([^;]+)/.exec(setCookie ?? '')?.[1] ?? '') - clock.now();
    const pttl = await redis.client.pttl(`sess:${browser.handle}`);
    // The header has whole seconds only, cut off.
    expect(Math.abs(expires - pttl)).toBeLessThan(1_100);
  });

  it('is not due before its time', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const { sid } = browser;
    clock.advance(RENEW_AFTER - 1);
    await browser.get('/json');
    expect(browser.sid).toBe(sid);
  });

  it('sends every parallel request and every retry after a lost answer the same successor', async () => {
    const { browser, before } = await dueBrowser();
    const copies = Array.from({ length: 20 }, () => copyOf(before));
    await Promise.all(copies.map((copy) => copy.get('/read')));
    expect(new Set(copies.map((copy) => copy.sid))).toEqual(new Set([browser.sid]));
    expect(happened('session.stolen')).toBe(0);
  });

  it('two tabs and twenty parallel requests around the promotion raise no alarm', async () => {
    const { browser, before } = await dueBrowser();
    const tabs = Array.from({ length: 20 }, (_, tab) => copyOf(tab % 2 === 0 ? browser : before));
    const answers = await Promise.all(tabs.map((tab) => tab.get('/read')));
    expect(answers.map(({ json }) => json.count)).toEqual(Array(20).fill(1));
    expect([happened('session.renewed'), happened('session.stolen')]).toEqual([1, 0]);
  });

  it('a request with the secret before is answered in its grace, and sent the current one', async () => {
    const { browser, before } = await dueBrowser();
    await browser.get('/read');
    clock.advance(seconds(29));
    expect((await before.get('/read')).json).toEqual({ count: 1 });
    expect(before.sid).toBe(browser.sid);
  });

  it('a secret that was replaced ends the session for everybody once its grace is over', async () => {
    const { browser, before } = await dueBrowser();
    await browser.get('/read');
    clock.advance(seconds(30));
    expect((await before.get('/read')).json).toEqual({ count: 0 });
    expect((await browser.get('/read')).json).toEqual({ count: 0 });
    expect(events).toContainEqual({ type: 'session.stolen', handle: browser.handle });
    expect(await redis.client.exists(`sess:${browser.handle}`)).toBe(0);
  });

  it('a failover that loses the promotion raises no alarm', async () => {
    const { browser } = await dueBrowser();
    const key = `sess:${browser.handle}`;
    const replica = (await redis.client.get(key))!;
    await browser.get('/read');
    await redis.client.set(key, replica, 'PX', minutes(30));
    await heard(app.app);
    expect((await browser.get('/json')).json).toEqual({ count: 2 });
    clock.advance(minutes(1));
    expect((await browser.get('/json')).json).toEqual({ count: 3 });
    expect(happened('session.stolen')).toBe(0);
  });

  it('a rotation of server secrets during the renewal raises no alarm', async () => {
    const { browser, before } = await dueBrowser();
    const rotated = await start(['a-newer-secret-of-the-tests-0123456789', SECRET]);
    const late = copyOf(before, rotated);
    await late.get('/read');
    expect(late.sid).toBe(browser.sid);
    const later = copyOf(browser, rotated);
    expect((await later.get('/json')).json).toEqual({ count: 2 });
    clock.advance(RENEW_AFTER);
    await later.get('/json');
    expect(later.sid).not.toBe(browser.sid);
    expect((await later.get('/json')).json).toEqual({ count: 4 });
    expect(happened('session.stolen')).toBe(0);
    await rotated.close();
  });

  it('a successor that no configured secret made is made anew', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    const key = `sess:${browser.handle}`;
    const record = JSON.parse((await redis.client.get(key))!);
    record.$session.secrets.next = 'x'.repeat(43);
    await redis.client.set(key, JSON.stringify(record), 'PX', minutes(30));
    await heard(app.app);
    clock.advance(RENEW_AFTER);
    const { sid } = browser;
    await browser.get('/json');
    await browser.get('/json');
    expect(browser.sid).not.toBe(sid);
    expect((await browser.get('/json')).json).toEqual({ count: 4 });
  });

  it('the successor cannot be computed from what Redis holds', async () => {
    const { browser } = await dueBrowser();
    const text = (await redis.client.get(`sess:${browser.handle}`))!;
    expect(text).not.toContain(browser.sid.split('.')[1]);
  });
});
