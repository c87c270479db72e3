import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type Answer, Browser } from './browser.js';

/** One answer under load; `status` is 0 when the connection broke without one. */
export interface TimedAnswer {
  status: number;
  code: string | undefined;
  /** From the start of the load to the start of the request, and how long the answer took, ms. */
  startedAt: number;
  took: number;
}

/** Several browsers that ask one request after the other, as fast as they are answered, until they are stopped. */
export class Load {
  readonly answers: TimedAnswer[] = [];
  readonly browsers: Browser[];
  inFlight = 0;
  private readonly lag = monitorEventLoopDelay({ resolution: 5 });
  private isStopped = false;
  private readonly workers: Promise<void>[];
  private readonly begin = performance.now();
  private readonly watchers: (() => void)[] = [];

  constructor(origin: string, width: number, ask: (browser: Browser, turn: number) => Promise<Answer>) {
    this.browsers = Array.from({ length: width }, () => new Browser(origin));
    this.lag.enable();
    this.workers = this.browsers.map(async (browser) => {
      for (let turn = 1; !this.isStopped; turn++) await this.one(() => ask(browser, turn));
    });
  }

  /** Milliseconds since the load began. */
  get now(): number {
    return performance.now() - this.begin;
  }

  /** Resolves as soon as the condition holds; it is looked at when a request starts or is answered. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.watchers.push(resolve));
  }

  /** The answers to what was asked at `instant` or later. */
  since(instant: number): TimedAnswer[] {
    return this.answers.filter(({ startedAt }) => startedAt >= instant);
  }

  /** How many were told 503. */
  get refusals(): number {
    return this.answers.filter(({ status }) => status === 503).length;
  }

  get statuses(): number[] {
    return [...new Set(this.answers.map(({ status }) => status))].toSorted((a, b) => a - b);
  }

  /** The longest that anybody waited for an answer from `instant` on: what a request took before does not count. */
  slowestFrom(instant: number): number {
    const waits = this.answers.map(({ startedAt, took }) => startedAt + took - Math.max(startedAt, instant));
    return Math.max(...waits);
  }

  /**
   * What to allow on top of a bound: half a second, and the longest time during which this process, in which server and browsers
   * live together, did not get round to anything, on a machine that others use too.
   */
  get noise(): number {
    return 500 + this.lag.max / 1e6;
  }

  /** Ends the load; every request under way is answered first. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.workers);
    this.lag.disable();
  }

  private async one(ask: () => Promise<Answer>): Promise<void> {
    const startedAt = this.now;
    this.inFlight++;
    this.look();
    const answer = await ask().catch(() => undefined);
    this.inFlight--;
    const { status = 0, json } = answer ?? {};
    this.answers.push({ status, code: json?.code, startedAt, took: this.now - startedAt });
    this.look();
  }

  private look(): void {
    for (const resolve of this.watchers.splice(0)) resolve();
  }
}
