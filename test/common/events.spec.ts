import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { type SessionEvent, SessionEvents } from 'nestjs-redis-session';
import { map, merge, of } from 'rxjs';
import { LinesLogger } from '../support/lines.logger.js';

const CREATED = { type: 'session.created', handle: 'h' } as const;
const STOLEN = { type: 'session.stolen', handle: 'h' } as const;

/** Longer than the timer in which rxjs throws what a listener threw, and than a rejection takes to become an unhandled one. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('SessionEvents', () => {
  const logger = new LinesLogger();
  const uncaught: unknown[] = [];
  const note = (error: unknown) => uncaught.push(error);
  beforeEach(() => {
    Logger.overrideLogger(logger);
    logger.lines.length = 0;
    uncaught.length = 0;
    process.on('uncaughtException', note).on('unhandledRejection', note);
  });
  afterEach(() => {
    Logger.overrideLogger(false);
    process.off('uncaughtException', note).off('unhandledRejection', note);
  });

  it('are given by name, with the fields of that event', () => {
    const events = new SessionEvents();
    const handles: string[] = [];
    const bytes: number[] = [];
    events.on('session.stolen').subscribe((event) => {
      handles.push(event.handle);
      // @ts-expect-error -- an event of another name has this field
      void event.bytes;
    });
    events.on('session.large').subscribe((event) => bytes.push(event.bytes));
    // @ts-expect-error -- there is no event of this name
    events.on('session.lost').subscribe(() => handles.push('never'));
    events.emit({ ...CREATED, handle: 'a' });
    events.emit({ ...STOLEN, handle: 'b' });
    events.emit({ type: 'session.large', handle: 'c', bytes: 7, largestKey: 'cart' });
    expect([handles, bytes]).toEqual([['b'], [7]]);
  });

  const fail = (): never => {
    throw new Error('a fault of the listener');
  };
  it.each<[string, (events: SessionEvents) => unknown]>([
    ['a function', ({ all$ }) => all$.subscribe(fail)],
    ['an object', ({ all$ }) => all$.subscribe({ next: fail })],
    ['a function for one event', (events) => events.on('session.created').subscribe(fail)],
    ['a function behind an operator', ({ all$ }) => all$.pipe(map(({ type }) => type)).subscribe(fail)],
    ['an async function', ({ all$ }) => all$.subscribe(async () => fail())],
    ['an operator', ({ all$ }) => all$.pipe(map(fail)).subscribe()],
  ])('a listener that throws harms nothing and is logged: %s', async (_, listen) => {
    const events = new SessionEvents();
    const seen: SessionEvent[] = [];
    listen(events);
    events.all$.subscribe((event) => seen.push(event));
    expect(() => events.emit(CREATED)).not.toThrow();
    events.emit(STOLEN);
    await settled();
    expect(uncaught).toEqual([]);
    expect(seen).toEqual([CREATED, STOLEN]);
    expect(logger.lines[0]).toMatch(/^error Session Error: a fault of the listener/);
  });

  it('a listener that threw hears the next event, and its own handlers are called', () => {
    const events = new SessionEvents();
    const seen: string[] = [];
    events.all$.subscribe({
      next({ type }) {
        seen.push(type);
        fail();
      },
      complete: () => seen.push('complete'),
    });
    events.all$.pipe(map(fail)).subscribe({ error: () => seen.push('error') });
    events.emit(CREATED);
    events.emit(STOLEN);
    events.onApplicationShutdown();
    expect(seen).toEqual(['session.created', 'error', 'session.stolen', 'complete']);
  });

  it('go with the rest of rxjs', () => {
    const events = new SessionEvents();
    const seen: string[] = [];
    const subscription = merge(events.all$, of(STOLEN)).subscribe(({ type }) => seen.push(type));
    events.emit(CREATED);
    subscription.unsubscribe();
    events.emit(CREATED);
    expect(seen).toEqual(['session.stolen', 'session.created']);
  });

  it('carry the typed account only if that was asked for', () => {
    const failure = { type: 'login.failed', reason: 'credentials', account: 'alice' } as const;
    const seen: SessionEvent[] = [];
    for (const events of [new SessionEvents(), new SessionEvents({ accounts: true })]) {
      events.all$.subscribe((event) => seen.push(event));
      events.emit(failure);
    }
    expect(seen).toStrictEqual([{ type: 'login.failed', reason: 'credentials' }, failure]);
  });
});
