import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Header, HttpCode, Post, Req } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { type AnyRequest, CrossOriginGuard, LoginService, rawRequest } from 'nestjs-redis-session';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, itInBrowser, launchChromium } from '../support/chromium.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

interface Seen {
  status: number;
  site: string | undefined;
  origin: string | undefined;
}

/** Logs whoever sends it in as the attacker: what the SameSite attribute of a cookie cannot prevent, as no cookie is needed. */
@Controller()
class LoginController {
  static logins = 0;

  constructor(private readonly loginService: LoginService) {}

  @Get()
  @Header('Content-Type', 'text/html')
  page() {
    return attackOn('');
  }

  @Get('no-referrer')
  @Header('Content-Type', 'text/html')
  @Header('Referrer-Policy', 'no-referrer')
  noReferrer() {
    return attackOn('');
  }

  @Get('same-origin')
  @Header('Content-Type', 'text/html')
  @Header('Referrer-Policy', 'same-origin')
  sameOrigin() {
    return attackOn('');
  }

  @Post('login')
  @HttpCode(200)
  async login(@Req() request: AnyRequest) {
    await this.loginService.login(request, { account: 'mallory', verify: () => ({ userId: 'mallory' }) });
    LoginController.logins++;
    return { loggedIn: true };
  }
}

/** A page with all that a page can do without being asked: send a form, and a request that needs no preflight. */
function attackOn(target: string): string {
  return `<!doctype html><title>page</title>
    <form method="post" action="${target}/login"><button>Win</button></form>
    <script>
      window.attack = () => fetch('${target}/login', { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'a=b' })
        .then((answer) => answer.type + ' ' + answer.status);
    </script>`;
}

describe.each(ADAPTERS)('a page of another site in a real browser, on %s', (adapter) => {
  const redis = useRedis();
  const seen: Seen[] = [];
  let app: TestApp;
  let port: number;
  let browser: Browser | undefined;
  let page: Page;
  let evil: Server;
  let evilPort: number;

  beforeAll(async () => {
    app = await startApp(redis.url, {
      adapter,
      module: {
        controllers: [LoginController],
        providers: [{ provide: APP_GUARD, useClass: CrossOriginGuard }],
      },
      main: (started) => {
        started.use((request: any, response: any, next: () => void) => {
          const { method, headers } = rawRequest(request);
          if (method === 'POST') {
            response.on('finish', () =>
              seen.push({
                status: response.statusCode,
                site: headers['sec-fetch-site'],
                origin: headers.origin,
              }),
            );
          }
          next();
        });
      },
    });
    port = Number(new URL(app.origin).port);
    evil = createServer((request, response) => {
      const target = new URL(request.url ?? '/', 'http://evil.test').searchParams.get('target') ?? '';
      response.setHeader('Content-Type', 'text/html').end(attackOn(target));
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    evilPort = (evil.address() as AddressInfo).port;
    if (hasChromium) browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    evil.close();
    await app.close();
  });
  beforeEach(async () => {
    seen.length = 0;
    LoginController.logins = 0;
    if (browser !== undefined) page = await browser.newPage();
  });

  const submit = async (): Promise<number> => {
    const [answer] = await Promise.all([page.waitForResponse(/\/login$/), page.click('button')]);
    return answer.status();
  };
  const send = (): Promise<string> => page.evaluate('attack()');
  const cookies = async (): Promise<string[]> =>
    (await page.context().cookies()).map(({ name }) => name).filter((name) => name === 'sid');

  // Where the site has TLS or is localhost, Chromium says from where a request comes; elsewhere only `Origin` is sent.
  const attacks: [string, () => string, () => string, string | undefined][] = [
    ['127.0.0.1', () => `http://127.0.0.1:${evilPort}`, () => `http://localhost:${port}`, 'cross-site'],
    ['a port beside', () => `http://localhost:${evilPort}`, () => `http://localhost:${port}`, 'same-site'],
    ['evil.test', () => `http://evil.test:${evilPort}`, () => `http://localhost:${port}`, 'cross-site'],
    [
      'evil.test, without TLS',
      () => `http://evil.test:${evilPort}`,
      () => `http://shop.test:${port}`,
      undefined,
    ],
  ];

  for (const [title, from, to, site] of attacks) {
    itInBrowser(`from ${title}: its form is refused with 403 and changes nothing`, async () => {
      await page.goto(`${from()}/?target=${to()}`);
      expect(await submit()).toBe(403);
      expect(seen).toEqual([{ status: 403, site, origin: from() }]);
      expect([LoginController.logins, await cookies()]).toEqual([0, []]);
    });

    itInBrowser(`from ${title}: its fetch is refused with 403 and changes nothing`, async () => {
      await page.goto(`${from()}/?target=${to()}`);
      expect(await send()).toBe('opaque 0');
      expect(seen).toEqual([{ status: 403, site, origin: from() }]);
      expect([LoginController.logins, await cookies()]).toEqual([0, []]);
    });
  }

  for (const [title, site] of [
    ['localhost', 'same-origin'],
    ['shop.test', undefined],
  ] as const) {
    itInBrowser(`forms and fetches of the site itself pass, at ${title}`, async () => {
      const origin = `http://${title}:${port}`;
      await page.goto(origin);
      expect(await send()).toBe('basic 200');
      expect(await submit()).toBe(200);
      const passed = { status: 200, site, origin };
      expect(seen).toEqual([passed, passed]);
      expect([LoginController.logins, await cookies()]).toEqual([2, ['sid']]);
    });
  }

  for (const [policy, host, status, origin] of [
    ['no-referrer', 'localhost', 200, 'null'],
    ['no-referrer', 'shop.test', 403, 'null'],
    ['same-origin', 'shop.test', 200, undefined],
  ] as const) {
    itInBrowser(
      `a form of the site itself with Referrer-Policy ${policy} is ${status} at ${host}`,
      async () => {
        await page.goto(`http://${host}:${port}/${policy}`);
        expect(await submit()).toBe(status);
        expect(seen).toMatchObject([{ status, origin: origin ?? `http://${host}:${port}` }]);
      },
    );
  }

  itInBrowser('a program that sends none of these headers passes', async () => {
    const answer = await page.request.post(`http://127.0.0.1:${port}/login`);
    expect([answer.status(), seen]).toEqual([200, [{ status: 200, site: undefined, origin: undefined }]]);
  });
});
