import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestMiddleware } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CrossOriginGuard, type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import {
  ChangeController,
  changes,
  OpenController,
  PartnerController,
} from '../support/cross-origin.controllers.js';
import { rawRequest } from '../support/raw-request.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

const FRIEND = 'https://shop.example';

/** As @fastify/cors and cors do: somebody else has a say in Vary. */
class CorsLike implements NestMiddleware {
  use(_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void): void {
    response.setHeader('Vary', 'Origin');
    next();
  }
}

describe.each(ADAPTERS)('CrossOriginGuard, on %s', (adapter) => {
  const redis = useRedis();
  const events: SessionEvent[] = [];
  let app: TestApp;
  let proxied: TestApp;
  let local: TestApp;
  beforeAll(async () => {
    const everywhere = {
      adapter,
      session: { auth: { trustedOrigins: [FRIEND, 'http://localhost:5173'] } },
      module: {
        controllers: [ChangeController, OpenController],
        providers: [{ provide: APP_GUARD, useClass: CrossOriginGuard }],
      },
    };
    app = await startApp(redis.url, everywhere);
    app.app.get(SessionEvents).all$.subscribe((event) => events.push(event));
    proxied = await startApp(redis.url, { ...everywhere, trustProxy: true });
    local = await startApp(redis.url, { adapter, module: { controllers: [PartnerController] } });
  });
  afterAll(async () => {
    await Promise.all([app.close(), proxied.close(), local.close()]);
  });
  beforeEach(() => {
    changes.count = 0;
  });

  const host = 'bank.example';
  const evil = 'https://evil.example';
  /** What a request says of itself, and whether it may pass. */
  const table: [string, Record<string, string | string[]>, 'passes' | 'is refused'][] = [
    ['with neither header, as of a program,', {}, 'passes'],
    ['from the same origin', { 'sec-fetch-site': 'same-origin' }, 'passes'],
    ['that the user typed in', { 'sec-fetch-site': 'none' }, 'passes'],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 'is refused'],
    ['from a sibling', { 'sec-fetch-site': 'same-site', origin: 'https://cdn.bank.example' }, 'is refused'],
    ['with a word that nobody knows', { 'sec-fetch-site': 'nearby' }, 'is refused'],
    ['with two of them', { 'sec-fetch-site': ['same-origin', 'cross-site'] }, 'is refused'],
    [
      'from another site, with the right Origin',
      { 'sec-fetch-site': 'cross-site', origin: `https://${host}` },
      'is refused',
    ],
    [
      'from the same origin, with a foreign Origin',
      { 'sec-fetch-site': 'same-origin', origin: evil },
      'passes',
    ],
    ['from a trusted origin', { 'sec-fetch-site': 'cross-site', origin: FRIEND }, 'passes'],
    [
      'from a trusted origin on a port',
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:5173' },
      'passes',
    ],
    [
      'from a trusted host on another port',
      { 'sec-fetch-site': 'cross-site', origin: `${FRIEND}:8443` },
      'is refused',
    ],
    [
      'from a trusted host without TLS',
      { 'sec-fetch-site': 'cross-site', origin: 'http://shop.example' },
      'is refused',
    ],
    [
      'from below a trusted host',
      { 'sec-fetch-site': 'cross-site', origin: 'https://a.shop.example' },
      'is refused',
    ],
    ['of an old browser, from the same host', { origin: `https://${host}` }, 'passes'],
    ['of an old browser, from the same host in http', { origin: `http://${host}` }, 'passes'],
    [
      'of an old browser, with the usual port in Host',
      { origin: `https://${host}`, host: `${host}:443` },
      'passes',
    ],
    [
      'of an old browser, with a host in capitals',
      { origin: `https://${host}`, host: 'Bank.Example' },
      'passes',
    ],
    ['of an old browser, from another port', { origin: `https://${host}:8443` }, 'is refused'],
    ['of an old browser, to another port', { origin: `https://${host}`, host: `${host}:8443` }, 'is refused'],
    [
      'of an old browser, to the port of the other scheme',
      { origin: `https://${host}`, host: `${host}:80` },
      'is refused',
    ],
    [
      'of an old browser, from port to the same port',
      { origin: `http://${host}:8080`, host: `${host}:8080` },
      'passes',
    ],
    ['of an old browser, from another host', { origin: evil }, 'is refused'],
    [
      'of an old browser, from a host that begins the same',
      { origin: `https://${host}.evil.example` },
      'is refused',
    ],
    ['of an old browser, from a user of that name', { origin: `https://${host}@evil.example` }, 'is refused'],
    ['of an old browser, from a trusted origin', { origin: FRIEND }, 'passes'],
    ['of an old browser, from a sandbox', { origin: 'null' }, 'is refused'],
    ['of an old browser, with nonsense', { origin: 'bank' }, 'is refused'],
    ['of an old browser, with two origins', { origin: [`https://${host}`, evil] }, 'is refused'],
  ];
  it.each(table)('a POST %s %j %s', async (_, headers, verdict) => {
    const { status, json } = await rawRequest(`${app.origin}/change`, 'POST', { host, ...headers });
    expect([status, json]).toEqual(
      verdict === 'passes'
        ? [200, { changes: 1 }]
        : [
            403,
            {
              statusCode: 403,
              code: 'CROSS_ORIGIN',
              message: 'This request came from another site and was refused.',
            },
          ],
    );
    expect(changes.count).toBe(verdict === 'passes' ? 1 : 0);
  });

  const foreign = { host, origin: evil, 'sec-fetch-site': 'cross-site' };

  it.each(['GET', 'HEAD', 'OPTIONS'])(
    '%s passes from everywhere, because it must change nothing',
    async (method) => {
      expect((await rawRequest(`${app.origin}/change`, method, foreign)).status).toBe(200);
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE'])('%s from another site is refused', async (method) => {
    expect((await rawRequest(`${app.origin}/change`, method, foreign)).status).toBe(403);
  });

  it('leaves out handlers and classes with @SkipCrossOriginCheck()', async () => {
    expect((await rawRequest(`${app.origin}/callback`, 'POST', foreign)).status).toBe(201);
    expect((await rawRequest(`${app.origin}/open`, 'POST', foreign)).status).toBe(201);
  });

  it('stands in @UseGuards too, where a subclass may trust others', async () => {
    const post = (origin: string) =>
      rawRequest(`${local.origin}/partner`, 'POST', { host, origin, 'sec-fetch-site': 'cross-site' });
    expect((await post('https://partner.example')).status).toBe(201);
    expect((await post(evil)).status).toBe(403);
    expect((await rawRequest(`${local.origin}/partner`, 'GET', foreign)).status).toBe(200);
  });

  it('takes the host from X-Forwarded-Host only if the adapter trusts the proxy', async () => {
    const headers = { host: '10.0.0.1:8080', 'x-forwarded-host': host, origin: `https://${host}` };
    expect((await rawRequest(`${proxied.origin}/change`, 'POST', headers)).status).toBe(200);
    expect((await rawRequest(`${app.origin}/change`, 'POST', headers)).status).toBe(403);
  });

  describe('tells caches what the answer depends on', () => {
    const varyOf = async (path: string, headers: Record<string, string> = {}, at = app): Promise<string> => {
      const answer = await rawRequest(at.origin + path, 'POST', headers);
      return [answer.headers['vary']].flat().join(', ');
    };

    it('whether it passed or was refused, and not where it did not judge', async () => {
      expect(await varyOf('/change')).toBe('Sec-Fetch-Site, Origin');
      expect(await varyOf('/change', foreign)).toBe('Sec-Fetch-Site, Origin');
      expect(await varyOf('/open', foreign)).toBe('');
    });

    it('beside what others say', async () => {
      const withCors = await startApp(redis.url, {
        adapter,
        module: {
          controllers: [ChangeController],
          providers: [{ provide: APP_GUARD, useClass: CrossOriginGuard }],
        },
        main: (started) => {
          if (adapter === 'express') started.use(new CorsLike().use);
          else started.enableCors({ origin: [FRIEND] });
        },
      });
      expect(await varyOf('/change', {}, withCors)).toBe('Origin, Sec-Fetch-Site');
      await withCors.close();
    });
  });

  it('tells what it refused as an event, by route', async () => {
    events.length = 0;
    await rawRequest(`${app.origin}/change?a=b`, 'POST', foreign);
    expect(events).toEqual([
      { type: 'access.refused', code: 'CROSS_ORIGIN', route: 'ChangeController.change' },
    ]);
  });
});
