import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { seconds } from 'nestjs-redis-session';
import { type RedisNode, type RedisSentinel, startSentinel } from 'redis-anywhere';
import { Browser } from '../support/browser.js';
import { keepFigures } from '../support/figures.js';
import { breath, keepConnections, Load, MARGIN } from '../support/load.js';
import { RaceController } from '../support/race.controller.js';
import { nodesHere } from '../support/redis-cluster.js';
import { startApp, type TestApp } from '../support/test-app.js';

/** The default with Sentinel. */
const MAX_WAIT = seconds(5);
const WIDTH = 64;

/** Has the replicas catch up: what the primary has carried out until now survives its loss. */
async function copied({ url }: RedisNode): Promise<void> {
  const client = new Redis(url);
  await client.set('barrier', Date.now());
  expect(await client.wait(2, 20_000)).toBe(2);
  client.disconnect();
}

describe('a primary behind Sentinels that is lost under load', () => {
  let sentinel: RedisSentinel;
  let app: TestApp;
  beforeAll(async () => {
    sentinel = await startSentinel(nodesHere);
    const { sentinels, name } = sentinel;
    app = await startApp('', {
      session: { redis: { sentinels, name } },
      module: { controllers: [RaceController] },
      main: keepConnections,
    });
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await sentinel?.stop();
  });

  // What each way of losing it does to connections: closed at once, or open and silent.
  it.each(['kill', 'pause'] as const)(
    '(%s) costs nobody an error: requests wait for its successor, nothing confirmed is lost, who logged out stays out',
    async (how) => {
      const former = await sentinel.primary();
      const confirmed = new Map<Browser, number>();
      let lostAt = Infinity;
      let servedSince = 0;
      const load = new Load(app.origin, WIDTH, async (browser, turn) => {
        await breath();
        const startedAt = load.now;
        const answer = await browser.post(`/set?key=n&value=${turn}`);
        if (answer.status === 201) confirmed.set(browser, turn);
        if (startedAt > lostAt) servedSince++;
        return answer;
      });
      const leaver = new Browser(app.origin);
      await leaver.post('/login');
      const old = leaver.cookie;
      expect((await leaver.post('/logout')).status).toBe(201);
      await load.until(() => load.answers.length > WIDTH * 4);
      const safe = new Map(confirmed);
      await copied(former);

      await sentinel[how](former);
      lostAt = load.now;
      // Asked after the loss and answered: there is a successor.
      await load.until(() => servedSince > WIDTH * 2);
      await load.stop();

      const fault = how === 'kill' ? 'killed' : 'frozen';
      await keepFigures(`Sentinel: primary ${fault}, writes only`, load.figuresFrom(lostAt));
      expect(load.statuses).toEqual([201]);
      expect(load.slowestFrom(lostAt)).toBeLessThan(MAX_WAIT + MARGIN);
      expect(await sentinel.primary()).not.toBe(former);
      for (const [browser, turn] of safe) {
        const { json } = await browser.get('/data');
        expect(Number(json.n)).toBeGreaterThanOrEqual(turn);
      }
      leaver.cookie = old;
      expect((await leaver.get('/data')).json).toEqual({});
      await (how === 'kill' ? sentinel.restart(former) : sentinel.resume(former));
      if (how === 'kill') await sentinel.settled();
    },
    60_000,
  );
});
