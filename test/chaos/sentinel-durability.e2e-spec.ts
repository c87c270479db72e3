import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seconds } from 'nestjs-redis-session';
import { type RedisSentinel, startSentinel } from 'redis-anywhere';
import { Browser } from '../support/browser.js';
import { keepFigures } from '../support/figures.js';
import { keepConnections, MARGIN } from '../support/load.js';
import { LoginsLoad } from '../support/logins.load.js';
import { RaceController } from '../support/race.controller.js';
import { nodesHere } from '../support/redis-cluster.js';
import { startApp, type TestApp } from '../support/test-app.js';
import { untilWithin } from '../support/until.js';

/** Three times the default: how fast Sentinels agree is theirs, and on a busy machine it takes them longer. */
const MAX_WAIT = seconds(15);
const WIDTH = 64;

describe('primaries behind Sentinels that are lost under load, with durability', () => {
  let sentinel: RedisSentinel;
  let app: TestApp;
  beforeAll(async () => {
    sentinel = await startSentinel(nodesHere);
    const { sentinels, name } = sentinel;
    const durability = { replicas: 1, writes: 'all' } as const;
    app = await startApp('', {
      session: { redis: { sentinels, name, maxWait: MAX_WAIT, durability } },
      module: { controllers: [RaceController] },
      main: keepConnections,
    });
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await sentinel?.stop();
  });

  it('five times: nobody gets an error, every confirmed login and write is there, and who logged out stays out', async () => {
    for (let turn = 1; turn <= 5; turn++) {
      const former = await sentinel.primary();
      const load = new LoginsLoad(app.origin, WIDTH);
      await load.until(() => load.logins > WIDTH && load.ended.length > WIDTH / 2);
      await sentinel.kill(former);
      const lostAt = load.now;
      // Asked after the loss and answered: there is a successor.
      await load.until(() => load.since(lostAt).length > WIDTH * 2);
      await load.stop();

      const broken = await load.broken(app.origin);
      await keepFigures(`Sentinel with durability: primary killed, ${turn} of 5`, {
        ...load.figuresFrom(lostAt),
        ...broken,
      });
      expect(load.statuses).toEqual([201]);
      expect(load.slowestFrom(lostAt)).toBeLessThan(MAX_WAIT + MARGIN);
      expect(await sentinel.primary()).not.toBe(former);
      expect(broken).toEqual({ lost: 0, revived: 0 });
      await sentinel.restart(former);
      await sentinel.settled();
    }
  }, 240_000);
});

describe('a primary that is cut off together with the application', () => {
  const parts: { app?: TestApp; sentinel?: RedisSentinel } = {};
  async function start(replicas: number) {
    const sentinel = await startSentinel({ ...nodesHere, partitions: true });
    parts.sentinel = sentinel;
    const redis = { sentinels: sentinel.sentinels, name: sentinel.name, maxWait: seconds(15) };
    const app = await startApp('', {
      session: { redis: { ...redis, durability: { replicas, timeout: seconds(2) } } },
      module: { controllers: [RaceController] },
      main: keepConnections,
    });
    parts.app = app;
    const primary = await sentinel.primary();
    const [beside] = sentinel.nodes.filter((node) => node.name.startsWith('node-') && node !== primary);
    // Connected, and once confirmed.
    expect((await new Browser(app.origin).post('/login')).status).toBe(201);
    return { sentinel, app, primary, beside: beside! };
  }
  /** The network is whole again: everybody has the primary that was elected meanwhile. */
  async function healed({ sentinel, primary }: { sentinel: RedisSentinel; primary: { name: string } }) {
    await sentinel.heal();
    await sentinel.settled();
    expect((await sentinel.primary()).name).not.toBe(primary.name);
  }
  const until = untilWithin(30_000, 50);
  const elected = ({ sentinel, primary }: Awaited<ReturnType<typeof start>>) =>
    until(async () => (await sentinel.primary()).name !== primary.name);
  afterAll(async () => {
    await parts.app?.close();
    await parts.sentinel?.stop();
  });

  it.each([
    ['alone', 1, 503],
    ['with one of two replicas, which is not enough', 1, 201],
    ['with one of two replicas', 2, 503],
  ])(
    '%s: with replicas: %i a login is answered %i, and what is confirmed is kept by those who can be outvoted',
    async (side, replicas, status) => {
      await parts.app?.close();
      await parts.sentinel?.stop();
      const all = await start(replicas);
      const { sentinel, app, primary, beside } = all;
      const isAlone = side === 'alone';
      await sentinel.partition(isAlone ? [primary] : [primary, beside], { clients: 'isolated' });
      const browser = new Browser(app.origin);
      const answers = await Promise.all([browser, new Browser(app.origin)].map((one) => one.post('/login')));
      expect(answers.map((answer) => answer.status)).toEqual([status, status]);
      await elected(all);
      await healed(all);
      // The one that was confirmed by too few is gone: this is what `replicas` is about.
      await until(async () => (await browser.get('/who')).status === 200);
      expect((await browser.get('/who')).json.userId).toBeUndefined();
      expect((await browser.post('/login')).status).toBe(201);
    },
    120_000,
  );
});
