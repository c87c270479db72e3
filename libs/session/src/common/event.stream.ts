import { Logger } from '@nestjs/common';
import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';

type Next<T> = (value: T) => void;

/**
 * An Observable whose listeners can harm nobody, directly or behind `pipe`.
 *
 * rxjs throws what a listener throws once more in a timer of its own, where nothing catches it: Node then ends the process, and a
 * fault in somebody's mail would log everybody out of the application. Here it is logged, and the listener goes on. The
 * rejection of a listener that is an `async` function is treated alike.
 */
export class EventStream<T> extends Observable<T> {
  /** What `pipe` calls: what comes out of an operator is such a stream again. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const stream = new EventStream<R>();
    stream.source = this;
    stream.operator = operator;
    return stream;
  }

  override subscribe(
    listener?: Partial<Observer<T>> | Next<T> | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator of rxjs, which passes errors on to whoever listens behind it.
    if (listener instanceof Subscriber) return super.subscribe(listener);
    const given: Partial<Observer<T>> =
      typeof listener === 'object' && listener !== null
        ? listener
        : { next: listener ?? undefined, error: error ?? undefined, complete: complete ?? undefined };
    return super.subscribe({
      next: (value) => guard(() => given.next?.(value)),
      // An operator that threw has ended this subscription; without a handler of the listener's own it is at least told.
      error: (cause: unknown) =>
        guard(() => (given.error === undefined ? report(cause) : given.error(cause))),
      complete: () => guard(() => given.complete?.()),
    });
  }
}

function guard(listen: () => unknown): void {
  try {
    const result = listen();
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  try {
    new Logger('Session').error(error);
  } catch {
    // The logger itself is what fails, and there is nobody else to tell.
  }
}
