import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { RedisSessionStore } from '../store/index.js';
import { registerHandshakes } from './handshake.session.js';
import { mountHandlerExit } from './handler.exit.js';
import { beforeMiddleware } from './fastify.entrance.js';
import { RequestSession, requestSessionOf } from './request-session.js';
import { makeWithPrototypesOf } from './server.classes.js';
import type { SessionCookies } from './session.cookies.js';
import { Mounting } from './shared.prototypes.js';

type Next = (error?: unknown) => void;
type HttpAdapter = HttpAdapterHost['httpAdapter'];

/** Puts the entrance (load) and the exit (save) of sessions into a Nest application. */
@Injectable()
export class SessionMount implements OnModuleInit, OnApplicationShutdown {
  private unregister: (() => void) | undefined;
  private adapter: HttpAdapter | undefined;
  private mounting: Mounting | undefined;

  constructor(
    private readonly store: RedisSessionStore,
    private readonly cookies: SessionCookies,
  ) {}

  /**
   * Mounts entrance and exit as soon as there is an adapter: at once in an application, when the application is made from a
   * testing module. That is before any `app.use` of main.ts, so that other middleware, such as passport's, finds
   * a session.
   */
  mountLoad(host: HttpAdapterHost): void {
    host.init$.subscribe(() => {
      const httpAdapter = adapterOf(host);
      if (httpAdapter === undefined) return;
      const isLoadedBefore = httpAdapter.getType() === 'fastify' && beforeMiddleware(httpAdapter, this.load);
      if (!isLoadedBefore) httpAdapter.use(this.load);
      mountHandlerExit();
      this.mounting =
        httpAdapter.getType() === 'express'
          ? Mounting.onExpress(httpAdapter.getInstance())
          : Mounting.onServer(httpAdapter.getInstance<{ server?: unknown }>().server);
      const { store, cookies } = this;
      this.adapter = httpAdapter;
      this.unregister = registerHandshakes({
        store,
        cookies,
        server: (): unknown => httpAdapter.getHttpServer(),
      });
    });
  }

  /** Express has its server by now. */
  onModuleInit(): void {
    const { adapter } = this;
    if (adapter?.getType() === 'express')
      makeWithPrototypesOf(adapter.getInstance(), adapter.getHttpServer());
  }

  onApplicationShutdown(): void {
    this.unregister?.();
  }

  private readonly load = (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    if (requestSessionOf(request) !== undefined) return next();
    const { store, cookies, mounting } = this;
    const session = new RequestSession(request, response, store, cookies, mounting?.isShared(request));
    session.leaveBy = mounting?.hold(response);
    const loading = session.load();
    if (loading === undefined) return next();
    loading
      .then(
        () => next(),
        (error: unknown) => next(error),
      )
      .catch((error: unknown) => {
        // Middleware after this one threw outside of everything that answers; the request must not hang.
        new Logger('SessionModule').error(error);
        response.destroy();
      });
  };
}

/** An application context or a microservice has no adapter, or one that does nothing: no requests, no sessions to load. */
function adapterOf(host: HttpAdapterHost): HttpAdapter | undefined {
  const adapter: unknown = host.httpAdapter;
  return typeof adapter === 'object' && adapter !== null && 'getType' in adapter
    ? host.httpAdapter
    : undefined;
}
