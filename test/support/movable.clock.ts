import { Clock, type Milliseconds } from 'nestjs-redis-session';

/** A clock that starts now and moves only when it is told to. */
export class MovableClock extends Clock {
  private instant = Date.now();

  now(): number {
    return this.instant;
  }

  advance(by: Milliseconds): void {
    this.instant += by;
  }
}
