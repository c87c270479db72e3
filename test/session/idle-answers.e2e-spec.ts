import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { type AnyRequest, rawRequest } from 'nestjs-redis-session';
import { requestSessionOf } from '../../libs/session/src/http/request-session.js';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

type Method = (this: ServerResponse, ...args: unknown[]) => unknown;

@Controller()
class IdleController {
  @Get('nothing')
  nothing() {
    return { is: 'asked for' };
  }

  @Get('cookie')
  cookie(@Req() request: AnyRequest) {
    requestSessionOf(rawRequest(request))!.addCookie('device=1');
    return { is: 'known' };
  }

  @Get('late')
  late(
    @Req() request: AnyRequest,
    @Res() answer: ServerResponse & { raw?: ServerResponse; hijack?(): void },
  ) {
    answer.hijack?.();
    const response = answer.raw ?? answer;
    response.writeHead(200, { 'content-type': 'application/json' });
    (rawRequest(request) as unknown as { session: Record<string, unknown> }).session.late = 1;
    response.end('{"is":"late"}');
  }
}

describe.each(ADAPTERS)('an answer to who brings no cookie, on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  afterEach(() => app.close());

  async function start(before?: (request: IncomingMessage, response: ServerResponse) => void) {
    app = await startApp(redis.url, { adapter, module: { controllers: [IdleController] } });
    if (before !== undefined) (app.app.getHttpServer() as Server).prependListener('request', before);
    return new Browser(app.origin);
  }

  it('leaves by the methods that somebody has given it before', async () => {
    const called: string[] = [];
    const browser = await start((_, response) => {
      for (const name of ['writeHead', 'end'] as const) {
        const own = response[name] as Method;
        const method: Method = function (...args) {
          called.push(name);
          return Reflect.apply(own, this, args);
        };
        Object.assign(response, { [name]: method });
      }
    });
    expect((await browser.get('/nothing')).json).toEqual({ is: 'asked for' });
    expect(called).toContain('writeHead');
    expect(called).toContain('end');
  });

  it('has the other cookies that belong to it, although nobody asked for the session', async () => {
    await start();
    const answer = await fetch(`${app.origin}/cookie`);
    expect(await answer.json()).toEqual({ is: 'known' });
    expect(answer.headers.getSetCookie()).toEqual(['device=1']);
  });

  it('saves a session that was asked for only after the headers had left', async () => {
    const browser = await start();
    const before = await redis.client.dbsize();
    expect((await browser.get('/late')).json).toEqual({ is: 'late' });
    expect(await redis.client.dbsize()).toBe(before + 1);
    expect((await browser.get('/nothing')).setCookie).toBeUndefined();
    expect(await redis.client.dbsize()).toBe(before + 1);
  });
});
