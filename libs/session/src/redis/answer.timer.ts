import type { Milliseconds } from '../common/index.js';

/** A timer that is later than this tells that the process stood still: a long collection of garbage, code that blocks, a virtual machine at rest. */
const STOOD_STILL: Milliseconds = 50;

/**
 * Gives up on an answer that does not come in time, but does not take for Redis's silence what was the process's own: after it stood
 * still, the answer may have come and not been read, or the command may not even have been sent.
 */
export class AnswerTimer {
  private timer: NodeJS.Timeout;
  private lastLook: NodeJS.Immediate | undefined;
  private readonly due: Milliseconds;

  /**
   * @param within milliseconds until it gives up
   * @param most milliseconds that it waits longer where the process stood still: as long as that, up to these
   */
  constructor(
    private readonly giveUp: () => void,
    within: Milliseconds,
    private readonly most: Milliseconds,
  ) {
    const milliseconds = Math.max(within, 1);
    this.due = performance.now() + milliseconds;
    this.timer = setTimeout(() => this.end(), milliseconds);
  }

  cancel(): void {
    clearTimeout(this.timer);
    clearImmediate(this.lastLook);
  }

  private end(): void {
    const late = performance.now() - this.due;
    if (late < STOOD_STILL) this.lookOnceMore();
    else this.timer = setTimeout(() => this.lookOnceMore(), Math.min(late, this.most));
  }

  /** Timers run before sockets are read. */
  private lookOnceMore(): void {
    this.lastLook = setImmediate(this.giveUp);
  }
}
