import { Clock, type Milliseconds, SystemClock } from '../common/index.js';

/**
 * A clock that stands still until it is moved, so that timeouts are tested without waiting.
 *
 * Only this library looks at it. express-session's `cookie.maxAge` counts from the machine's clock, so set `maxAge`, which is a
 * duration, rather than `expires`; and Redis lets keys go by its own clock, so after `advance` a key may still lie there, but it
 * opens nothing.
 *
 * @example
 * const clock = new FakeClock();
 * const builder = Test.createTestingModule({ imports: [AppModule] }).overrideProvider(Clock).useValue(clock);
 * clock.advance(minutes(31));
 */
export class FakeClock extends Clock {
  private instant: number;

  /**
   * @param start milliseconds since 1970, or a `Date`
   * @default now, because cookies carry real instants
   */
  constructor(start: number | Date = new SystemClock().now()) {
    super();
    this.instant = toInstant(start);
  }

  now(): number {
    return this.instant;
  }

  /** Moves time on; a negative number moves it back, as a clock that is corrected. */
  advance(by: Milliseconds): void {
    this.instant = toInstant(this.instant + by);
  }

  /** Sets the time to milliseconds since 1970, or to a `Date`. @throws RangeError if it is none */
  set(instant: number | Date): void {
    this.instant = toInstant(instant);
  }
}

function toInstant(value: number | Date): number {
  const instant = Number(value);
  if (!Number.isFinite(instant))
    throw new RangeError('FakeClock: a time must be a finite number or a valid Date.');
  return instant;
}
