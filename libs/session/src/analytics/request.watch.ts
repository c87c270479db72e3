import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { rawRequest, requestSessionOf } from '../http/index.js';
import type { SessionAnalytics } from './session.analytics.js';

/** The parts of the adapters' requests that name the route. */
interface ExpressRequest extends IncomingMessage {
  route?: { path?: unknown };
}
interface FastifyRequest {
  raw: IncomingMessage;
  routeOptions: { url?: string };
}
interface FastifyInstance {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: { raw: ServerResponse }, done: () => void) => void,
  ): void;
}

/**
 * Counts every request of an application once its answer is out, when nobody waits any more and it is certain what was stored.
 *
 * The route is named by its pattern, as it was declared: a URL may hold what nobody should read in statistics.
 */
export function watchRequests(host: HttpAdapterHost, analytics: SessionAnalytics): void {
  host.init$.subscribe(() => {
    const adapter: unknown = host.httpAdapter;
    // An application context or a microservice has none, or one that does nothing.
    if (typeof adapter !== 'object' || adapter === null || !('getType' in adapter)) return;
    if (host.httpAdapter.getType() === 'fastify') {
      const instance = host.httpAdapter.getInstance<FastifyInstance>();
      instance.addHook('onRequest', (request, reply, done) => {
        watch(request.raw, reply.raw, () => request.routeOptions.url, analytics);
        done();
      });
    } else {
      host.httpAdapter.use((request: ExpressRequest, response: ServerResponse, next: () => void) => {
        watch(request, response, () => request.route?.path, analytics);
        next();
      });
    }
  });
}

function watch(
  request: IncomingMessage,
  response: ServerResponse,
  pattern: () => unknown,
  analytics: SessionAnalytics,
): void {
  // Emitted once, whether the answer was taken or not.
  response.once('close', () => {
    try {
      const path = pattern();
      note(request, typeof path === 'string' ? `${request.method} ${path}` : undefined, analytics);
    } catch (error) {
      // Nothing catches what is thrown here, and statistics are no reason to end a process.
      new Logger('SessionAnalytics').error(error);
    }
  });
}

function note(request: IncomingMessage, route: string | undefined, analytics: SessionAnalytics): void {
  const raw = rawRequest(request);
  const passage = requestSessionOf(raw)?.passage;
  const session = passage?.left ?? passage?.came;
  // Whoever only looked in, and got a session that is not stored, is nobody yet.
  if (passage === undefined || session === undefined || passage.isPassive) return;
  const replaced = passage.came?.handle === session.handle ? undefined : passage.came;
  analytics.count({ session, replaced, route }, raw.session);
}
