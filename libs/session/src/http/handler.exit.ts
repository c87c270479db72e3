import { InterceptorsConsumer } from '@nestjs/core/internal';
import { isObservable, Observable } from 'rxjs';
import { SessionError } from '../common/index.js';
import { PassiveSession } from './passive-session.decorator.js';
import { type RequestSession, requestSessionOf } from './request-session.js';
import { rawRequest } from './session.request.js';

/** Nest's own mark on `@Sse()` handlers. */
const SSE_METADATA = '__sse__';

type Intercept = InterceptorsConsumer['intercept'];
type Handler = Parameters<Intercept>[3];

/** What a handler's decorators say of its session. */
interface RouteFacts {
  readonly isPassive: boolean;
  readonly isSse: boolean;
}

/** By controller, because another one may inherit its handlers. */
const routes = new WeakMap<object, Map<Handler, RouteFacts>>();
let isMounted = false;

/**
 * Saves each session after its handler's last value, outside of all interceptors, and before the answer leaves, so that an answer of 200
 * means "saved" and a refusal goes to the exception filters. A handler that throws is saved too; if the save fails, its refusal takes the
 * place of what was thrown.
 *
 * Around what runs interceptors and not as one of them: a single interceptor makes Nest turn every result into an Observable and back, which
 * costs a request more than its session does. Once a process; requests that have no session here pass through.
 */
export function mountHandlerExit(): void {
  if (isMounted) return;
  isMounted = true;
  const { prototype } = InterceptorsConsumer;
  // oxlint-disable-next-line typescript/unbound-method -- called on whoever it was called on
  const { intercept } = prototype;
  prototype.intercept = function (this: InterceptorsConsumer, ...how: Parameters<Intercept>) {
    const [, [request], instance, handler, , type] = how;
    const session = type === 'http' && isObject(request) ? requestSessionOf(rawRequest(request)) : undefined;
    if (session === undefined) return Reflect.apply(intercept, this, how);
    const { isPassive, isSse } = factsOf(instance.constructor, handler);
    if (isPassive) session.setPassive();
    // The headers leave before the first event; what the handler changes later needs `session.save()`.
    if (isSse) return session.commit().then(() => Reflect.apply(intercept, this, how));
    return saved(Reflect.apply(intercept, this, how), session);
  } as Intercept;
}

async function saved(handling: Promise<unknown>, session: RequestSession): Promise<unknown> {
  let value: unknown;
  try {
    value = await handling;
  } catch (error) {
    const work = session.work();
    if (work !== undefined) await session.commit(work);
    throw toldOf(error, session);
  }
  if (isObservable(value)) return savedAtItsEnd(value, session);
  const work = session.work();
  if (work !== undefined) await session.commit(work);
  return value;
}

/** What a handler gives, ended only once the session is saved. */
function savedAtItsEnd(handled: Observable<unknown>, session: RequestSession): Observable<unknown> {
  return new Observable((answer) => {
    const end = (then: () => void): void => {
      const work = session.work();
      if (work === undefined) then();
      else session.commit(work).then(then, (refusal: unknown) => answer.error(refusal));
    };
    return handled.subscribe({
      next: (value) => answer.next(value),
      error: (error: unknown) => end(() => answer.error(toldOf(error, session))),
      complete: () => end(() => answer.complete()),
    });
  });
}

const toldOf = (error: unknown, session: RequestSession): unknown =>
  error instanceof SessionError ? session.fail(error) : error;

function factsOf(controller: object, handler: Handler): RouteFacts {
  let known = routes.get(controller);
  if (known === undefined) routes.set(controller, (known = new Map<Handler, RouteFacts>()));
  let facts = known.get(handler);
  if (facts === undefined) {
    const isPassive = [handler, controller].some((one) => Reflect.hasMetadata(PassiveSession.KEY, one));
    const isSse = Reflect.getMetadata(SSE_METADATA, handler) === true;
    known.set(handler, (facts = { isPassive, isSse }));
  }
  return facts;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
