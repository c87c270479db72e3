import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type AnyRequest, rawRequest } from 'nestjs-redis-session';
import { clientOf } from '../../libs/session/src/auth/client.description.js';

@Controller()
class ClientController {
  @Get('client')
  client(@Req() request: AnyRequest) {
    return { adapter: clientOf(request), raw: clientOf(rawRequest(request)) };
  }
}

const STARTS = {
  express: async (isTrusting: boolean) => {
    const app = await NestFactory.create<NestExpressApplication>(root, new ExpressAdapter(), {
      logger: false,
    });
    app.set('trust proxy', isTrusting ? 'loopback' : false);
    return app;
  },
  fastify: (isTrusting: boolean) =>
    NestFactory.create(root, new FastifyAdapter({ trustProxy: isTrusting ? 'loopback' : false }), {
      logger: false,
    }),
};
const root = { module: class Root {}, controllers: [ClientController] };

describe.each(['express', 'fastify'] as const)('the client of a request, on %s', (adapter) => {
  async function ask(isTrusting: boolean, forwardedFor: string): Promise<any> {
    const app = await STARTS[adapter](isTrusting);
    await app.listen(0, '127.0.0.1');
    try {
      const headers = { 'user-agent': 'curl/8.14.1', 'x-forwarded-for': forwardedFor };
      return await (await fetch(`${await app.getUrl()}/client`, { headers })).json();
    } finally {
      await app.close();
    }
  }

  it('is who the proxy says, where the application trusts the proxy', async () => {
    const { adapter: client } = await ask(true, '203.0.113.77');
    expect(client).toEqual({ device: 'curl', network: '203.0.113.0/24' });
  });

  it('is the proxy where it does not: nobody names his own network', async () => {
    const answer = await ask(false, '203.0.113.77');
    expect(answer.adapter).toEqual({ device: 'curl', network: 'loopback' });
    expect(answer.raw).toEqual({ device: 'curl', network: 'loopback' });
  });

  it('has no network where the proxy says what is no address', async () => {
    const { adapter: client } = await ask(true, '<script>alert(1)</script>');
    expect(client.device).toBe('curl');
    expect(JSON.stringify(client)).not.toContain('script');
  });
});
