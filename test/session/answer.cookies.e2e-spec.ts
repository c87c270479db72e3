import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { type AnyRequest, type CurrentSession, rawRequest } from 'nestjs-redis-session';
import { Browser } from '../support/browser.js';
import { useRedis } from '../support/redis.js';
import { ADAPTERS, startApp, type TestApp } from '../support/test-app.js';

type Head = (response: ServerResponse) => void;

/** What an application says by hand before its answer leaves, the cookies that come of it, and who may keep the answer. */
const HEADS: Readonly<Record<string, [head: Head, cookies: string[], cacheControl?: string]>> = {
  'headers to writeHead': [(response) => response.writeHead(200, { 'X-A': '1' }), []],
  'a reason and headers': [(response) => response.writeHead(200, 'Fine', { 'X-A': '1' }), []],
  'a status alone': [(response) => response.writeHead(200), []],
  'a cookie among the headers': [
    (response) => response.writeHead(200, { 'Set-Cookie': 'a=1', 'X-A': '1' }),
    ['a=1'],
  ],
  'several cookies among the headers': [
    (response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }),
    ['a=1', 'b=2'],
  ],
  'a cookie set before': [
    (response) => response.setHeader('Set-Cookie', 'a=1').writeHead(200, { 'X-A': '1' }),
    ['a=1'],
  ],
  'a cookie set before, and another among the headers, which replaces it': [
    (response) => response.setHeader('Set-Cookie', 'a=1').writeHead(200, { 'Set-Cookie': 'b=2' }),
    ['b=2'],
  ],
  'headers as a list': [(response) => response.writeHead(200, ['X-A', '1']), []],
  'cookies in a list': [
    (response) => response.writeHead(200, ['Set-Cookie', 'a=1', 'X-A', '1', 'set-cookie', 'b=2']),
    ['a=1', 'b=2'],
  ],
  'a cookie in a list of pairs': [
    (response) => response.writeHead(200, [['Set-Cookie', 'a=1'] as never, ['X-A', '1'] as never]),
    ['a=1'],
  ],
  'a cookie set before a list': [
    (response) => response.setHeader('Set-Cookie', 'a=1').writeHead(200, ['X-A', '1']),
    ['a=1'],
  ],
  'its own Cache-Control among the headers': [
    (response) => response.writeHead(200, { 'Cache-Control': 'private' }),
    [],
    'private',
  ],
  'its own Cache-Control in a list': [
    (response) => response.writeHead(200, ['cache-control', 'private']),
    [],
    'private',
  ],
  'its own Cache-Control set before': [
    (response) => response.setHeader('Cache-Control', 'private').writeHead(200, { 'X-A': '1' }),
    [],
    'private',
  ],
};

@Controller()
class HeadsController {
  @Get('head/:name')
  head(
    @Req() request: AnyRequest,
    @Res() answer: ServerResponse & { raw?: ServerResponse; hijack?(): void },
    @Param('name') name: string,
  ) {
    answer.hijack?.();
    const response = answer.raw ?? answer;
    sessionOf(request).count = 1;
    HEADS[name]![0](response);
    response.end('{}');
  }

  @Get('save')
  save(@Req() request: AnyRequest) {
    const session = sessionOf(request);
    session.count = (Number(session.count) || 0) + 1;
    // Not waited for, and done before the answer leaves: nothing is left to save.
    void session.save();
    return { count: session.count };
  }
}

const sessionOf = (request: AnyRequest) =>
  (rawRequest(request) as unknown as { session: CurrentSession & Record<string, unknown> }).session;

describe.each(ADAPTERS)('on %s', (adapter) => {
  const redis = useRedis();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(redis.url, { adapter, module: { controllers: [HeadsController] } });
  });
  afterAll(() => app.close());

  it.each(Object.keys(HEADS))('the cookie goes with what was said by hand: %s', async (name) => {
    const [head, cookies, cacheControl = 'no-store'] = HEADS[name]!;
    const { status, headers } = await new Browser(app.origin).get(`/head/${encodeURIComponent(name)}`);
    expect(status).toBe(200);
    const sent = headers.getSetCookie();
    expect(sent.filter((line) => !line.startsWith('sid='))).toEqual(cookies);
    expect(sent.filter((line) => line.startsWith('sid=s%3A'))).toHaveLength(1);
    expect(headers.get('cache-control')).toBe(cacheControl);
    expect(headers.get('x-a')).toBe(head.toString().includes('X-A') ? '1' : null);
  });

  it('what the handler saves by itself is not saved once more', async () => {
    const browser = new Browser(app.origin);
    await browser.get('/save');
    await redis.client.config('RESETSTAT');
    expect((await browser.get('/save')).json).toEqual({ count: 2 });
    const stats = await redis.client.info('commandstats');
    expect(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1]).toBe('1');
  });
});
