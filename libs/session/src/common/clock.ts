/**
 * Where the library reads the time, so that tests can move it.
 *
 * Provide another one as `{ provide: Clock, useValue: myClock }`.
 */
export abstract class Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  abstract now(): number;
}

/** The clock of the machine. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
