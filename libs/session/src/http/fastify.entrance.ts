import type { IncomingMessage, ServerResponse } from 'node:http';

type Done = (error?: unknown) => void;
type Hook = (request: { raw: IncomingMessage }, reply: { raw: ServerResponse }, done: Done) => unknown;

/** The parts of Nest's adapter and of Fastify's instance that are used here. */
export interface FastifyAdapterLike {
  getInstance(): {
    hasRequestDecorator(name: string): boolean;
    decorateRequest(name: string, accessor: { getter(): unknown; setter(value: unknown): void }): void;
  };
  /** Absent in the first versions of Nest 12. */
  setOnRequestHook?: (hook: Hook) => void;
  onRequestHook?: Hook;
}

type Load = (request: IncomingMessage, response: ServerResponse, next: Done) => void;

/**
 * Gives Fastify's requests the fields that Node's requests have, and loads sessions in the adapter's own hook: before any middleware, so
 * that passport's finds a session, and without any, because the first middleware makes every request dearer by half.
 *
 * @returns whether there is such a hook; otherwise a middleware has to load
 */
export function beforeMiddleware(adapter: FastifyAdapterLike, load: Load): boolean {
  const instance = adapter.getInstance();
  for (const name of ['session', 'sessionID'] as const) {
    if (instance.hasRequestDecorator(name)) continue;
    instance.decorateRequest(name, {
      getter(this: { raw: Record<string, unknown> }) {
        return this.raw[name];
      },
      setter(this: { raw: Record<string, unknown> }, value: unknown) {
        this.raw[name] = value;
      },
    });
  }
  const { setOnRequestHook } = adapter;
  if (setOnRequestHook === undefined) return false;
  const set = (own: Hook | undefined): void => setOnRequestHook.call(adapter, loadingBefore(own, load));
  set(adapter.onRequestHook);
  // There is one place for a hook, and the application may want it too.
  adapter.setOnRequestHook = set;
  return true;
}

function loadingBefore(own: Hook | undefined, load: Load): Hook {
  if (own === undefined) return (request, reply, done) => load(request.raw, reply.raw, done);
  return function (this: unknown, request, reply, done) {
    load(request.raw, reply.raw, (error) => {
      if (error !== undefined) return done(error);
      try {
        const result = own.call(this, request, reply, done);
        if (result instanceof Promise) result.then(() => done(), done);
      } catch (failure) {
        done(failure);
      }
    });
  };
}
