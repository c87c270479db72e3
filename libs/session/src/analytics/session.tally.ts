import type { Milliseconds } from '../common/index.js';
import type { UsedSession } from '../http/index.js';
import type { DayCalendar } from './day.calendar.js';

/** Sessions and steps that are remembered at one time: about a megabyte. */
const MOST_ENTRIES = 5_000;
/** An application has fewer; what goes beyond counts as {@link OTHER}. */
const MOST_ROUTES = 500;
const LONGEST_ROUTE = 200;
const OTHER = '(other)';

/** One request whose answer is out. */
export interface CountedRequest {
  /** The session that it counts for. */
  readonly session: UsedSession;
  /** The session that it came with, if the answer leaves another one: after a login. */
  readonly replaced?: UsedSession;
  /** Method and pattern, such as `GET /cart/:productId`; absent where nothing matched. */
  readonly route?: string;
}

/** What is known of a session since the last write. */
export interface SeenSession {
  lived: Milliseconds;
  /** Milliseconds since 1970. */
  lastSeen: number;
}

/** What happened on one day since the last write. */
export interface DayTally {
  readonly day: string;
  requests: number;
  /** When sessions were replaced by others, in milliseconds since 1970. */
  readonly replacedAt: number[];
  readonly routes: Map<string, number>;
  readonly sessions: Map<string, SeenSession>;
  /** Handles by funnel and step. */
  readonly steps: Map<string, Map<string, Set<string>>>;
}

/** Counts in memory, within bounds. On a request's way this is all that is done. */
export class SessionTally {
  private days = new Map<string, DayTally>();
  /** Sessions and steps that are remembered, at most {@link MOST_ENTRIES}. */
  entries = 0;
  /** Sessions and steps, as often as they came, that were not counted because too many were remembered. */
  dropped = 0;

  constructor(private readonly calendar: DayCalendar) {}

  get isEmpty(): boolean {
    return this.days.size === 0;
  }

  request({ session, replaced, route }: CountedRequest, now: number): void {
    const tally = this.on(now);
    tally.requests++;
    if (route !== undefined) count(tally.routes, route.slice(0, LONGEST_ROUTE));
    this.see(tally, session, now);
    // Both count as seen, and the pair as one visitor.
    if (replaced !== undefined && this.see(tally, replaced, now)) tally.replacedAt.push(now);
  }

  step(handle: string, { funnel, step }: { funnel: string; step: string }, now: number): void {
    const { steps } = this.on(now);
    const funnelSteps = steps.get(funnel) ?? new Map<string, Set<string>>();
    const handles = funnelSteps.get(step) ?? new Set<string>();
    if (!handles.has(handle) && !this.mayRemember()) return;
    steps.set(funnel, funnelSteps.set(step, handles.add(handle)));
  }

  /** Hands over what was counted, and begins anew. */
  take(): DayTally[] {
    const taken = [...this.days.values()];
    this.days = new Map();
    this.entries = 0;
    return taken;
  }

  private see({ sessions }: DayTally, { handle, createdAt }: UsedSession, now: number): boolean {
    const known = sessions.get(handle);
    if (known === undefined && !this.mayRemember()) return false;
    const lived = Math.max(known?.lived ?? 0, now - createdAt);
    sessions.set(handle, { lived, lastSeen: now });
    return true;
  }

  private mayRemember(): boolean {
    if (this.entries < MOST_ENTRIES) return ++this.entries > 0;
    this.dropped++;
    return false;
  }

  private on(now: number): DayTally {
    const day = this.calendar.dayOf(now);
    const known = this.days.get(day);
    if (known !== undefined) return known;
    const fresh: DayTally = {
      day,
      requests: 0,
      replacedAt: [],
      routes: new Map(),
      sessions: new Map(),
      steps: new Map(),
    };
    this.days.set(day, fresh);
    return fresh;
  }
}

function count(routes: Map<string, number>, route: string): void {
  const name = routes.has(route) || routes.size < MOST_ROUTES ? route : OTHER;
  routes.set(name, (routes.get(name) ?? 0) + 1);
}
