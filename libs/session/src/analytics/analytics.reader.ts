import type { Cluster, Redis } from 'ioredis';
import {
  type Milliseconds,
  SessionError,
  SessionStoreUnavailableException,
  StoreUnavailableError,
} from '../common/index.js';
import type { RedisConnection } from '../redis/index.js';
import type { AnalyticsKeys } from './analytics.keys.js';
import type { ResolvedAnalyticsOptions } from './analytics.options.js';

/** What is going on now. */
export interface AnalyticsNow {
  /** Sessions that were used within {@link within}, a standard error of 0.81 %; one that a login replaced is not counted with its successor. */
  activeSessions: number;
  /** `activeWithin`. */
  within: Milliseconds;
}

/** What happened on one day. Numbers of sessions are estimates with a standard error of 0.81 %, all others are exact. */
export interface AnalyticsDay {
  /** Such as "2026-11-26". */
  date: string;
  /** Browsers that used a session: one that logged in and so got another session counts once, one that logged out and came again twice. */
  visitors: number;
  /** Sessions that were used. */
  sessions: number;
  /** Requests with a session, to routes that count as activity. */
  requests: number;
  /** `requests` for each session, on average. 0 without sessions. */
  requestsPerSession: number;
  /** How many sessions had lived at least that long when they were last used, shortest first. */
  durations: { atLeast: Milliseconds; sessions: number }[];
  /** The most used routes, most requests first: method and pattern, such as `GET /cart/:productId`. */
  routes: { route: string; requests: number }[];
  /** How many sessions reached each step of a funnel, in the order of the option `funnels`. */
  funnels: Record<string, { step: string; sessions: number }[]>;
}

/** Of a day the most used ones; the others are kept, and not read. */
const MOST_ROUTES = 20;

type Pipeline = ReturnType<Redis['pipeline']>;

/** Reads what was counted. */
export class AnalyticsReader {
  constructor(
    private readonly redis: Pick<RedisConnection, 'run'>,
    private readonly keys: AnalyticsKeys,
    private readonly options: Pick<ResolvedAnalyticsOptions, 'durations' | 'funnels' | 'activeWithin'>,
  ) {}

  /** @throws SessionStoreUnavailableException */
  async now(instant: number): Promise<AnalyticsNow> {
    const buckets = this.keys.bucketsAt(instant);
    const replies = await this.ask((pipeline) => {
      pipeline.pfcount(...buckets.map((bucket) => this.keys.active(bucket)));
      for (const bucket of buckets) pipeline.zscore(this.keys.activeCounts(bucket), 'replaced');
    });
    const [used = 0, ...replaced] = replies.map(Number);
    const activeSessions = Math.max(0, used - replaced.reduce((sum, each) => sum + each, 0));
    return { activeSessions, within: this.options.activeWithin };
  }

  /** One round trip for all days together. @throws SessionStoreUnavailableException */
  async days(dates: readonly string[]): Promise<AnalyticsDay[]> {
    const replies = await this.ask((pipeline) => {
      for (const date of dates) this.askDay(pipeline, date);
    });
    const each = replies.length / dates.length;
    return dates.map((date, at) => this.readDay(date, replies.slice(at * each, (at + 1) * each)));
  }

  private askDay(pipeline: Pipeline, date: string): void {
    const { keys } = this;
    pipeline.pfcount(keys.sessions(date));
    pipeline.zscore(keys.counts(date), 'requests');
    pipeline.zscore(keys.counts(date), 'replaced');
    pipeline.zrevrange(keys.routes(date), 0, MOST_ROUTES - 1, 'WITHSCORES');
    for (const duration of this.options.durations) pipeline.pfcount(keys.lasted(date, duration));
    for (const [funnel, steps] of this.options.funnels) {
      for (const step of steps) pipeline.pfcount(keys.step(date, funnel, step));
    }
  }

  private readDay(date: string, replies: readonly unknown[]): AnalyticsDay {
    const [sessions = 0, requests = 0, replaced = 0] = replies.slice(0, 3).map(Number);
    const { durations, funnels } = this.options;
    const rest = replies.slice(4).map(Number);
    // Two estimates may contradict each other: not more can have lived for long than for short.
    let most = sessions;
    const lasted = durations.map((atLeast) => ({ atLeast, sessions: (most = Math.min(most, next(rest))) }));
    const reached = [...funnels].map(
      ([funnel, steps]) => [funnel, steps.map((step) => ({ step, sessions: next(rest) }))] as const,
    );
    return {
      date,
      visitors: Math.max(0, sessions - replaced),
      sessions,
      requests,
      requestsPerSession: sessions === 0 ? 0 : requests / sessions,
      durations: lasted,
      routes: routesIn(replies[3]),
      funnels: Object.fromEntries(reached),
    };
  }

  private async ask(fill: (pipeline: Pipeline) => void): Promise<unknown[]> {
    const command = async (client: Redis | Cluster): Promise<unknown[]> => {
      const pipeline = client.pipeline();
      fill(pipeline);
      const answers = (await pipeline.exec()) ?? [];
      return answers.map(([error, value]) => {
        if (error !== null) throw error;
        return value;
      });
    };
    try {
      return await this.redis.run(command, { repeatable: true });
    } catch (cause) {
      throw cause instanceof StoreUnavailableError ? new SessionStoreUnavailableException({ cause }) : cause;
    }
  }
}

function next(replies: number[]): number {
  const reply = replies.shift();
  if (reply !== undefined) return reply;
  throw new SessionError('SESSION_STORE_UNAVAILABLE', 'Redis answered less than it was asked.');
}

function routesIn(reply: unknown): { route: string; requests: number }[] {
  const flat = Array.isArray(reply) ? reply.flat().map(String) : [];
  return Array.from({ length: flat.length / 2 }, (_, at) => ({
    route: flat[at * 2] ?? '',
    requests: Number(flat[at * 2 + 1]),
  }));
}
