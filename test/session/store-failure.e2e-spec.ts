import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnswersController } from '../support/answers.controller.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const MAX_WAIT = 300;

describe.each(ADAPTERS)('a Redis that does not answer, on %s', (adapter) => {
  const redis = useRedis({ env: { ...process.env, REDIS_URL: undefined } });
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      session: { redis: { url: redis.url, maxWait: MAX_WAIT } },
      module: { controllers: [AnswersController] },
    });
  });
  afterAll(() => app.close());

  const paths = [
    '/json',
    '/throw',
    '/crash',
    '/res',
    '/res-late',
    '/redirect',
    '/stream',
    '/observable',
    '/guarded',
  ];

  it.each(paths)('a save that fails is a 503 on %s, without a cookie', async (path) => {
    const browser = new Browser(app.origin);
    await redis.server.pause();
    const answer = await browser.get(path).finally(() => redis.server.resume());
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ statusCode: 503, code: 'SESSION_STORE_UNAVAILABLE' });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.setCookie).toBeUndefined();
    expect(answer.headers.get('location')).toBeNull();
    await redis.client.ping();
  });

  it('an answer whose headers are out is cut off when its save fails, never completed', async () => {
    const browser = new Browser(app.origin);
    await redis.server.pause();
    await expect(browser.get('/write').finally(() => redis.server.resume())).rejects.toThrow(
      /terminated|fetch failed/,
    );
    await redis.client.ping();
  });

  it('a session that cannot be loaded is a 503, and is there again afterwards', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/json');
    await redis.server.kill();
    const started = performance.now();
    const answer = await browser.get('/read');
    expect(performance.now() - started).toBeLessThan(MAX_WAIT + 500);
    expect([answer.status, answer.json.code]).toEqual([503, 'SESSION_STORE_UNAVAILABLE']);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await new Browser(app.origin).get('/read')).status).toBe(200);
    await redis.server.restart();
    const restarted = performance.now();
    let status = 503;
    while (status === 503 && performance.now() - restarted < 2_000) ({ status } = await browser.get('/read'));
    expect(status).toBe(200);
    expect(performance.now() - restarted).toBeLessThan(1_500);
  });
});
