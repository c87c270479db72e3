import { type Milliseconds, StoreUnavailableError, UnderWay } from '../common/index.js';
import type { WrittenSession } from './tracked.session.js';

/**
 * Lets those who write the same key in this process go one after the other.
 *
 * Not for safety (the save script sees to that, across all processes), but for time: if fifty writers start at once, only one of
 * them fits in each round, and the others conflict, merge and try again, 1275 times together. In turn, each merges once.
 */
export class WriterTurns {
  private readonly underWay = new UnderWay<Turn>();

  /** Takes a place behind those who write the key at this moment. Has to be ended, whatever happens. */
  take(key: string): Turn {
    const turn = new Turn(this.underWay, key);
    this.underWay.add(turn);
    return turn;
  }
}

/** A writer's place. Nearly always there is nobody before it and nobody behind it, so that nothing is made for them until they come. */
export class Turn {
  behind: this | undefined;
  private before: Turn | undefined;
  private written: WrittenSession | undefined;
  private isOver = false;
  private over: Promise<void> | undefined;
  private tellOver: (() => void) | undefined;

  constructor(
    private readonly underWay: UnderWay<Turn>,
    readonly key: string,
  ) {
    this.before = underWay.latest(key);
  }

  /** Whether it is its turn already. */
  get isNow(): boolean {
    return this.before === undefined;
  }

  /**
   * Waits for its turn.
   *
   * @returns what was written before it, if that is known: starting from it saves a round trip that would only find the conflict
   * @throws StoreUnavailableError if its turn has not come at `giveUpAt`, an instant of `performance.now()`
   */
  async come(giveUpAt: Milliseconds): Promise<WrittenSession | undefined> {
    const { before } = this;
    if (before === undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      const refuse = (): void =>
        reject(
          new StoreUnavailableError(
            'Others wrote the same session for too long; this change was not written.',
          ),
        );
      timer = setTimeout(refuse, Math.max(0, giveUpAt - performance.now()));
    });
    await Promise.race([before.whenOver(), tooLate]).finally(() => clearTimeout(timer));
    return before.written;
  }

  /** Tells those behind it what it wrote. */
  wrote(written: WrittenSession): void {
    this.written = written;
  }

  /** Lets the next one go; if this one did not wait for its turn to come, once it would have come. */
  end(): void {
    const { before } = this;
    if (before === undefined || before.isOver) this.finish();
    else void before.whenOver().then(() => this.finish());
  }

  private finish(): void {
    this.written ??= this.before?.written;
    // Else each one would keep all that ever were before it.
    this.before = undefined;
    this.isOver = true;
    this.underWay.remove(this);
    this.tellOver?.();
  }

  private whenOver(): Promise<void> {
    if (this.isOver) return Promise.resolve();
    return (this.over ??= new Promise((resolve) => (this.tellOver = resolve)));
  }
}
