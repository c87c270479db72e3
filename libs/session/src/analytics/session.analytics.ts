import { Injectable } from '@nestjs/common';
import { type Clock, SessionError, show } from '../common/index.js';
import type { CurrentSession, KeyDerivation } from '../http/index.js';
import type { RedisConnection } from '../redis/index.js';
import { handleOf, type SessionService } from '../session/index.js';
import { AnalyticsKeys } from './analytics.keys.js';
import type { ResolvedAnalyticsOptions } from './analytics.options.js';
import { type AnalyticsDay, type AnalyticsNow, AnalyticsReader } from './analytics.reader.js';
import { dayBefore, DayCalendar, daysBetween } from './day.calendar.js';
import { type CountedRequest, SessionTally } from './session.tally.js';
import { TallyWriter } from './tally.writer.js';

/** What {@link SessionAnalytics} is made of. */
export interface AnalyticsParts {
  readonly options: ResolvedAnalyticsOptions;
  readonly redis: Pick<RedisConnection, 'run' | 'script'>;
  readonly sessions: SessionService;
  readonly clock: Clock;
  readonly derivation: KeyDerivation;
}

/**
 * How sessions are used, counted by day. Requests are counted by themselves; steps by {@link reach} or `@FunnelStep()`.
 *
 * @example
 * const [today] = await this.analytics.lastDays(1);
 * const { activeSessions } = await this.analytics.now();
 */
@Injectable()
export class SessionAnalytics {
  private readonly calendar: DayCalendar;
  private readonly tally: SessionTally;
  private readonly writer: TallyWriter;
  private readonly reader: AnalyticsReader;
  /** Steps of sessions that are not stored yet: they count once the answer leaves them stored. */
  private readonly early = new WeakMap<object, { funnel: string; step: string }[]>();

  constructor(private readonly parts: AnalyticsParts) {
    const { options, redis, clock, derivation } = parts;
    this.calendar = new DayCalendar(options.timeZone);
    this.tally = new SessionTally(this.calendar);
    const keys = new AnalyticsKeys(options, derivation.keyFor('analytics'));
    this.writer = new TallyWriter(redis, this.tally, keys, options, clock);
    this.reader = new AnalyticsReader(redis, keys, options);
  }

  /** What is going on now. @throws SessionStoreUnavailableException */
  now(): Promise<AnalyticsNow> {
    return this.reader.now(this.parts.clock.now());
  }

  /**
   * One day; zeros for one that was not counted, or is not kept any more.
   *
   * @param date such as "2026-11-26"; today unless given
   * @throws SessionStoreUnavailableException, SessionError `INVALID_OPTION` if it is no date
   */
  async day(date: string = this.today()): Promise<AnalyticsDay> {
    const [day] = await this.days(date, date);
    if (day === undefined) throw new RangeError('There is a day between a date and itself.');
    return day;
  }

  /**
   * The days from one to another, both included, at most 366.
   *
   * @throws SessionStoreUnavailableException, SessionError `INVALID_OPTION` if they are no dates, too many, or in the wrong order
   */
  async days(from: string, to: string = this.today()): Promise<AnalyticsDay[]> {
    return this.reader.days(daysBetween(from, to));
  }

  /** So many days, of which today is the last one; otherwise as {@link days}. */
  async lastDays(count: number): Promise<AnalyticsDay[]> {
    const today = this.today();
    return this.days(dayBefore(today, count - 1), today);
  }

  /** The date where the option `timeZone` says, such as "2026-11-26". */
  today(): string {
    return this.calendar.dayOf(this.parts.clock.now());
  }

  /**
   * Counts that a session has reached a step of a funnel; a repeat counts once a day. Nobody waits for it. A session that is not stored
   * counts if it is stored with the answer of its request.
   *
   * @throws SessionError `INVALID_OPTION` if the option `funnels` has no such step
   * @example
   * this.analytics.reach(session, 'sign-up', 'account');
   */
  reach(session: CurrentSession, funnel: string, step: string): void {
    this.checkStep(funnel, step);
    const isStored = this.parts.sessions.expiresAt(session) !== undefined;
    const handle = handleOf(session);
    if (handle !== undefined && isStored) this.countSteps(handle, [{ funnel, step }]);
    else this.early.set(session, [...(this.early.get(session) ?? []), { funnel, step }]);
  }

  /** @throws SessionError `INVALID_OPTION` naming the steps that there are */
  checkStep(funnel: string, step: string): void {
    const steps = this.parts.options.funnels.get(funnel);
    if (steps?.includes(step)) return;
    const known = steps ?? [...this.parts.options.funnels.keys()];
    throw new SessionError(
      'INVALID_OPTION',
      `SessionAnalytics: the option funnels has no ${steps ? `step ${show(step)} of` : 'funnel'} ${show(funnel)}` +
        `${known.length > 0 ? `, only ${known.join(', ')}` : ''}. Add it there, or correct the name.`,
    );
  }

  /** Counts a request whose answer is out. Called for every one by this module. */
  count(request: CountedRequest, session?: CurrentSession): void {
    this.tally.request(request, this.parts.clock.now());
    if (session) this.countSteps(request.session.handle, this.early.get(session) ?? []);
    this.writer.schedule();
  }

  /**
   * Writes what was counted, as it happens by itself after `flushEvery`; for tests and scripts.
   *
   * @throws StoreUnavailableError if it has to wait; nothing is lost then
   */
  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** What is missing in the counts of this process, because Redis was away for long: requests, and sessions of requests. */
  get missing(): number {
    return this.writer.missing;
  }

  /** Called by Nest before the connection is closed, and after the HTTP server has answered its last request. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.flush().catch(() => undefined);
  }

  onApplicationShutdown(): Promise<void> {
    return this.writer.close();
  }

  private countSteps(handle: string, steps: readonly { funnel: string; step: string }[]): void {
    const now = this.parts.clock.now();
    for (const step of steps) this.tally.step(handle, step, now);
    this.writer.schedule();
  }
}
