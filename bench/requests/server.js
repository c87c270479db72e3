// One application under test, a process of its own: `node server.js VARIANT`, with REDIS_URL. Tells its parent its port, or that
// it cannot be. Asked, it tells how much CPU time it has used and how many requests came, and the like.
import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { Session as Inspector } from 'node:inspector/promises';
import { PerformanceObserver } from 'node:perf_hooks';
import { Body, Controller, Get, HttpCode, Module, Post, Query, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { lacksNearCache, SET_UPS } from './set-ups.js';
import { sampleData, VARIANTS } from './variants.js';

const { adapter, setUp } = VARIANTS[process.argv[2]];

/** What `@Get('read')` and so on do in TypeScript. */
function route(controller, method, { decorators, parameters }) {
  const { prototype } = controller;
  for (const [index, decorate] of parameters.entries()) decorate(prototype, method, index);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method);
  for (const decorate of decorators) decorate(prototype, method, descriptor);
}

async function start() {
  const more = process.env.MAX_BYTES === undefined ? {} : { maxBytes: Number(process.env.MAX_BYTES) };
  const { imports = [], before, actions } = await SET_UPS[setUp](process.env.REDIS_URL, more);
  const get = (token) => app.get(token);
  class BenchController {
    read(request, response) {
      return actions.read(request, response);
    }

    plain() {
      return { count: 0 };
    }

    write(request, response) {
      return actions.write(request, response);
    }

    begin(request, response, { bytes }) {
      return actions.begin(request, response, sampleData(bytes), get);
    }

    login(request, response, body) {
      return actions.login(request, response, body, get);
    }

    list(request, response, query) {
      return actions.list(request, response, query, get);
    }
  }
  Controller()(BenchController);
  // `passthrough`, because some set cookies themselves; the answer is sent by Nest.
  const parameters = [Req(), Res({ passthrough: true })];
  route(BenchController, 'read', { decorators: [Get('read')], parameters });
  route(BenchController, 'plain', { decorators: [Get('plain')], parameters: [] });
  route(BenchController, 'write', { decorators: [Post('write'), HttpCode(200)], parameters });
  route(BenchController, 'list', { decorators: [Get('list')], parameters: [...parameters, Query()] });
  for (const name of ['begin', 'login'])
    route(BenchController, name, { decorators: [Post(name)], parameters: [...parameters, Body()] });
  class App {}
  Module({ imports, controllers: [BenchController] })(App);
  const app = await NestFactory.create(
    App,
    adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(),
    { logger: false, abortOnError: false },
  );
  await before?.(app);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer();
}

let requests = 0;
let collections = 0;
let inspector;

const ANSWERS = {
  /** CPU time in microseconds and requests so far, both of this very instant. */
  usage() {
    const { user, system } = process.cpuUsage();
    return { cpu: user + system, requests, at: performance.now() };
  },
  /** What is in use once the garbage is collected; twice, because the first one leaves what had finalizers. */
  async memory() {
    globalThis.gc();
    globalThis.gc();
    // Until the observer below has been told.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss };
  },
  /** What is on the heap, garbage included, and how often garbage was collected so far. */
  allocated: () => ({ bytes: process.memoryUsage().heapUsed, requests, collections }),
  async profile({ kind }) {
    inspector = new Inspector();
    inspector.connect();
    if (kind !== 'cpu') {
      const of = {
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: kind === 'heap',
      };
      await inspector.post('HeapProfiler.startSampling', { samplingInterval: 4_096, ...of });
      return {};
    }
    await inspector.post('Profiler.enable');
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 });
    await inspector.post('Profiler.start');
    return {};
  },
  async profiled({ kind, file }) {
    const { profile } = await inspector.post(kind === 'cpu' ? 'Profiler.stop' : 'HeapProfiler.stopSampling');
    inspector.disconnect();
    writeFileSync(file, JSON.stringify(profile));
    return {};
  },
};

process.on('disconnect', () => process.exit());
const answer = async ({ id, ask, ...how }) => process.send({ id, ...(await ANSWERS[ask](how)) });
// One that throws ends the process, and its parent says so.
process.on('message', (message) => void answer(message));
// What it says without being asked is the answer 0, see STARTED in child.js.
try {
  const server = await start();
  server.on('request', () => requests++);
  new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({
    entryTypes: ['gc'],
  });
  process.send({ id: 0, port: server.address().port });
} catch (error) {
  if (!lacksNearCache(error)) console.error(error);
  process.send({ id: 0, isAbsent: lacksNearCache(error), problem: String(error) });
  process.disconnect();
}
