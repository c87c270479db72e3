import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seconds } from 'nestjs-redis-session';
import { type RedisCluster, type RedisNode, startCluster } from 'redis-anywhere';
import { Browser } from '../support/browser.js';
import { breath, keepConnections, Load, MARGIN, type TimedAnswer } from '../support/load.js';
import { RaceController } from '../support/race.controller.js';
import { nodesHere } from '../support/redis-cluster.js';
import { startApp, type TestApp } from '../support/test-app.js';

/** The default with a Cluster. */
const MAX_WAIT = seconds(5);
const WIDTH = 64;

describe('a primary of a Cluster that is lost under load', () => {
  let cluster: RedisCluster;
  let app: TestApp;
  beforeAll(async () => {
    cluster = await startCluster(nodesHere);
    const [{ host, port } = { host: '', port: 0 }] = cluster.nodes;
    app = await startApp('', {
      session: { redis: { cluster: [{ host, port }] } },
      module: { controllers: [RaceController] },
      main: keepConnections,
    });
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await cluster?.stop();
  });

  const keyOf = (browser: Browser) => `sess:${browser.handle}`;

  it.each(['kill', 'pause'] as const)(
    '(%s) touches only the sessions that it served, and those as 503 in time or not at all',
    async (how) => {
      const before = new Map<Browser, TimedAnswer[]>();
      const after = new Map<Browser, TimedAnswer[]>();
      const waiting = new Set<Browser>();
      let lostAt = Infinity;
      const load = new Load(app.origin, WIDTH, async (browser, turn) => {
        await breath();
        const startedAt = load.now;
        const answer = await browser.post(`/set?key=n&value=${turn}`);
        const { status } = answer;
        const answers = startedAt > lostAt ? after : before;
        if (!answers.has(browser)) answers.set(browser, []);
        answers
          .get(browser)
          ?.push({ status, code: answer.json?.code, startedAt, took: load.now - startedAt });
        if (answers === after && status === 201) waiting.delete(browser);
        return answer;
      });
      await load.until(() => load.answers.length > WIDTH * 4);
      const owners = new Map<Browser, RedisNode>();
      await Promise.all(
        load.browsers.map(async (browser) => owners.set(browser, await cluster.primaryOf(keyOf(browser)))),
      );
      const former = owners.get(load.browsers[0]!)!;
      const hit = load.browsers.filter((browser) => owners.get(browser) === former);
      const spared = load.browsers.filter((browser) => !hit.includes(browser));
      expect([hit.length > 0, spared.length > 0]).toEqual([true, true]);

      await cluster[how](former);
      hit.forEach((browser) => waiting.add(browser));
      lostAt = load.now;
      // Asked after the loss and answered: there is a successor.
      await load.until(() => waiting.size === 0);
      await load.stop();

      const of = (browsers: Browser[]) =>
        browsers.flatMap((browser) => [...(before.get(browser) ?? []), ...(after.get(browser) ?? [])]);
      expect(new Set(of(spared).map(({ status }) => status))).toEqual(new Set([201]));
      const slowestSpared = Math.max(
        ...of(spared)
          .filter(({ startedAt, took }) => startedAt + took > lostAt)
          .map(({ startedAt, took }) => load.between(startedAt, startedAt + took)),
      );
      expect(slowestSpared).toBeLessThan(1_000 + MARGIN);
      const refused = of(hit).filter(({ status }) => status !== 201);
      expect(
        refused.filter(({ status, code }) => status !== 503 || code !== 'SESSION_STORE_UNAVAILABLE'),
      ).toEqual([]);
      expect(load.slowestFrom(lostAt)).toBeLessThan(MAX_WAIT + MARGIN);
      await (how === 'kill' ? cluster.restart(former) : cluster.resume(former));
      await cluster.settled();
    },
    60_000,
  );
});
