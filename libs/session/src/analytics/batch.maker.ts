import type { ResolvedAnalyticsOptions } from './analytics.options.js';
import type { AnalyticsKeys } from './analytics.keys.js';
import type { Addition } from './count.script.js';
import type { DayTally } from './session.tally.js';

/** Elements of the active sessions are not of a day: around midnight a session would count twice. */
const ACTIVE = 'active';

/** What has to be added to which keys, so that a day's tally is counted. Here handles become elements. */
export function additionsOf(
  { day, requests, replacedAt, routes, sessions, steps }: DayTally,
  keys: AnalyticsKeys,
  { durations, now }: Pick<ResolvedAnalyticsOptions, 'durations'> & { now: number },
): Addition[] {
  const lives = Math.ceil(keys.dayEnd(day) - now);
  const seen = [...sessions].map(([handle, session]) => ({ ...session, element: keys.element(day, handle) }));
  const lasted = durations.map((duration) => ({
    key: keys.lasted(day, duration),
    lives,
    elements: seen.filter(({ lived }) => lived >= duration).map(({ element }) => element),
  }));
  const reached = [...steps].flatMap(([funnel, ofFunnel]) =>
    [...ofFunnel].map(([step, handles]) => ({
      key: keys.step(day, funnel, step),
      lives,
      elements: [...handles].map((handle) => keys.element(day, handle)),
    })),
  );
  return [
    { key: keys.counts(day), lives, sums: sumsOf({ requests, replaced: replacedAt.length }) },
    { key: keys.routes(day), lives, sums: Object.fromEntries(routes) },
    { key: keys.sessions(day), lives, elements: seen.map(({ element }) => element) },
    ...lasted,
    ...reached,
    ...activeIn({ sessions, replacedAt, keys, now }),
  ].filter(isDue);
}

/** Each session in the bucket in which it was last used; only this one matters to who asks what is active. */
function activeIn({
  sessions,
  replacedAt,
  keys,
  now,
}: Pick<DayTally, 'sessions' | 'replacedAt'> & { keys: AnalyticsKeys; now: number }): Addition[] {
  const active = new Map<number, string[]>();
  for (const [handle, { lastSeen }] of sessions) {
    const bucket = keys.bucketOf(lastSeen);
    const handles = active.get(bucket) ?? [];
    handles.push(handle);
    active.set(bucket, handles);
  }
  const replaced = new Map<number, number>();
  for (const bucket of replacedAt.map((at) => keys.bucketOf(at))) {
    replaced.set(bucket, (replaced.get(bucket) ?? 0) + 1);
  }
  return [
    ...[...active].map(([bucket, handles]) => ({
      key: keys.active(bucket),
      lives: Math.ceil(keys.bucketEnd(bucket) - now),
      elements: handles.map((handle) => keys.element(ACTIVE, handle)),
    })),
    ...[...replaced].map(([bucket, count]) => ({
      key: keys.activeCounts(bucket),
      lives: Math.ceil(keys.bucketEnd(bucket) - now),
      sums: { replaced: count },
    })),
  ];
}

const sumsOf = (sums: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum > 0));

/** Whether there is something to add, to a key that is still wanted: what had to wait for Redis may be too old. */
function isDue({ elements = [], sums = {}, lives }: Addition): boolean {
  return lives > 0 && (elements.length > 0 || Object.keys(sums).length > 0);
}
