import type { AnalyticsDay } from 'nestjs-redis-session/analytics';

/** As many routes are shown. */
const MOST_ROUTES = 10;

/** What several days come to. */
export interface Figures {
  readonly requests: number;
  /** Sessions of each day added up: one that was used on two days counts twice, because nobody knows that it was the same. */
  readonly sessions: number;
  readonly durations: readonly { atLeast: number; sessions: number }[];
  readonly routes: readonly { route: string; requests: number }[];
  readonly funnels: readonly { name: string; steps: readonly { step: string; sessions: number }[] }[];
}

/** Adds up days. All of them have the same durations, funnels and steps. */
export function addUp(days: readonly AnalyticsDay[]): Figures {
  const sum = (of: (day: AnalyticsDay) => number): number => days.reduce((total, day) => total + of(day), 0);
  const routes = new Map<string, number>();
  for (const { route, requests } of days.flatMap((day) => day.routes)) {
    routes.set(route, (routes.get(route) ?? 0) + requests);
  }
  const first = days[0];
  return {
    requests: sum((day) => day.requests),
    sessions: sum((day) => day.sessions),
    durations: (first?.durations ?? []).map(({ atLeast }, at) => ({
      atLeast,
      sessions: sum((day) => day.durations[at]?.sessions ?? 0),
    })),
    routes: [...routes]
      .map(([route, requests]) => ({ route, requests }))
      .toSorted((one, other) => other.requests - one.requests)
      .slice(0, MOST_ROUTES),
    funnels: Object.entries(first?.funnels ?? {}).map(([name, steps]) => ({
      name,
      steps: steps.map(({ step }, at) => ({
        step,
        sessions: sum((day) => day.funnels[name]?.[at]?.sessions ?? 0),
      })),
    })),
  };
}

/** A whole number as people read it: "12,345". */
export const whole = (number: number): string => Math.round(number).toLocaleString('en');

/** A part of a whole, such as "42 %"; a dash where there is no whole. */
export const share = (part: number, all: number): string =>
  all === 0 ? '–' : `${Math.round((part / all) * 100)} %`;

/** A duration in its largest whole unit: "15 minutes", "1 hour". */
export function duration(milliseconds: number): string {
  const minutes = milliseconds / 60_000;
  const [count, unit] = minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** A date for people: "Nov 26". */
export const dayName = (date: string): string =>
  new Date(date).toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });

/** A mean, such as "5.3"; a dash where there is none. */
export const mean = (number: number): string => (number === 0 ? '–' : number.toFixed(1));
