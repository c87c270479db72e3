import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { type Answer, Browser } from './browser.js';
import type { Figures } from './figures.js';

/** How often the load looks whether the process gets round to anything, and from when on a silence is a stall, ms. */
const BEAT = 5;
const STALL = 25;

/** What to allow on top of a bound, ms. */
export const MARGIN = 500;

/**
 * A pause between two requests of one browser, where the test looks at what happens to requests and not at how many there can be: a
 * process that is busy all the time cannot tell a slow server from itself.
 */
export const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** For a process that may stand still: a server that closes idle connections meets a browser that is just about to use one. */
export function keepConnections(app: INestApplication): void {
  (app.getHttpServer() as Server).keepAliveTimeout = 120_000;
}

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
  private isStopped = false;
  private readonly workers: Promise<void>[];
  private readonly begin = performance.now();
  private readonly stalls: { from: number; to: number }[] = [];
  private beatAt = 0;
  private readonly heart = setInterval(() => this.beat(), BEAT);
  private readonly watchers: (() => void)[] = [];

  constructor(origin: string, width: number, ask: (browser: Browser, turn: number) => Promise<Answer>) {
    this.browsers = Array.from({ length: width }, () => new Browser(origin));
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

  /** For the table of failovers. */
  figuresFrom(instant: number): Figures {
    const errors = this.answers.filter(({ status }) => status !== 200 && status !== 201).length;
    return { requests: this.answers.length, errors, slowest: this.slowestFrom(instant) };
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
    const waits = this.answers.map(({ startedAt, took }) =>
      this.between(Math.max(startedAt, instant), startedAt + took),
    );
    return Math.max(...waits);
  }

  /**
   * The milliseconds from one instant to another without those during which this process, in which server and browsers live
   * together, did not get round to anything: on a machine that others use too they say nothing about the server.
   */
  between(from: number, to: number): number {
    const overlaps = this.stalls.map((stall) =>
      Math.max(0, Math.min(to, stall.to) - Math.max(from, stall.from)),
    );
    return to - from - overlaps.reduce((sum, overlap) => sum + overlap, 0);
  }

  /** Ends the load; every request under way is answered first. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.workers);
    this.beat();
    clearInterval(this.heart);
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

  private beat(): void {
    const { now, beatAt } = this;
    if (now - beatAt > STALL) this.stalls.push({ from: beatAt, to: now });
    this.beatAt = now;
  }

  private look(): void {
    for (const resolve of this.watchers.splice(0)) resolve();
  }
}
