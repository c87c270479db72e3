// One application under test, a process of its own: `node --expose-gc server.js express|fastify|express-session`, with REDIS_URL.
// Tells its parent its port; asked `heap`, it collects garbage and tells the bytes in use.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { All, Controller, Inject, Module, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { RedisStore } from 'connect-redis';
import express from 'express';
import expressSession from 'express-session';
import { Redis } from 'ioredis';
import {
  handleOf,
  LoginService,
  rawRequest,
  SessionModule,
  SessionRegistry,
  SessionService,
  userOf,
} from 'nestjs-redis-session';
import { called, makeActions, route } from './actions.js';

const SECRET = 'a-secret-of-the-benchmark-0123456789-abcdef';
const LIFETIME = 30 * 60_000;

/** As its documentation shows it, with the options it recommends. */
async function expressSessionApp(redisUrl) {
  const client = new Redis(redisUrl);
  client.on('error', () => undefined);
  const actions = makeActions({
    login: async (request) => {
      await called((done) => request.session.regenerate(done));
      request.session.userId = 'u-1';
    },
    logout: (request) => called((done) => request.session.destroy(done)),
    add: async (request) => {
      request.session.count = (request.session.count ?? 0) + 1;
    },
    revoke: (request) => called((done) => request.sessionStore.destroy(request.sessionID, done)),
  });
  const app = express();
  app.use(
    expressSession({
      store: new RedisStore({ client }),
      secret: SECRET,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: LIFETIME },
    }),
  );
  app.use((request, response, next) => {
    const [name, query] = route(request.url);
    actions[name](request, query)
      .then((value) => response.json(value))
      .catch(next);
  });
  app.use((_error, _request, response, _next) => {
    if (response.headersSent) response.destroy();
    else response.status(500).json({ statusCode: 500 });
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function nestApp(redisUrl, adapter) {
  class RaceController {
    constructor(logins, sessions, registry) {
      this.actions = makeActions({
        // A user of its own for each session, so that ending all of one's sessions ends one.
        login: (request) => logins.login(request, { account: 'a', verify: () => ({ userId: randomUUID() }) }),
        logout: (request) => logins.logout(request),
        add: (request) =>
          sessions.update(request.session, (data) => {
            data.count = (data.count ?? 0) + 1;
          }),
        revoke: (request) => registry.revoke(handleOf(request.session)),
        revokeAll: (request) => registry.revokeAll(userOf(request.session).userId),
      });
    }

    act(request) {
      const raw = rawRequest(request);
      const [name, query] = route(raw.url);
      return this.actions[name](raw, query);
    }
  }
  // What @Controller(), @All(), @Req() and the constructor's type do in TypeScript.
  const { prototype } = RaceController;
  Controller()(RaceController);
  Inject(LoginService)(RaceController, undefined, 0);
  Inject(SessionService)(RaceController, undefined, 1);
  Inject(SessionRegistry)(RaceController, undefined, 2);
  Req()(prototype, 'act', 0);
  All(':action')(prototype, 'act', Object.getOwnPropertyDescriptor(prototype, 'act'));
  class App {}
  Module({
    imports: [
      SessionModule.forRoot({
        loginAttempts: false,
        secret: SECRET,
        redis: redisUrl,
        session: { idleTimeout: LIFETIME },
      }),
    ],
    controllers: [RaceController],
  })(App);
  const app = await NestFactory.create(App, adapter, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer();
}

const apps = {
  express: (url) => nestApp(url, new ExpressAdapter()),
  fastify: (url) => nestApp(url, new FastifyAdapter()),
  'express-session': expressSessionApp,
};

const server = await apps[process.argv[2]](process.env.REDIS_URL);
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  if (message !== 'heap') return;
  globalThis.gc();
  process.send({ heap: process.memoryUsage().heapUsed });
});
process.send({ port: server.address().port });
