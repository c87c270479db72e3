import { days, type Milliseconds, minutes, SessionError, show } from '../common/index.js';

/** No time zone changes its offset at another moment than a quarter of an hour. */
const QUARTER = minutes(15);
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** One answer from Redis holds that many days at most. */
const MOST_DAYS = 366;

/** Knows which day it is somewhere. A day is text such as "2026-11-26". */
export class DayCalendar {
  private readonly format: Intl.DateTimeFormat;
  private last = { quarter: NaN, day: '' };

  constructor(timeZone: string) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    // Sweden writes dates as ISO does.
    this.format = new Intl.DateTimeFormat('sv-SE', { timeZone, calendar: 'gregory', ...parts });
  }

  /** The day of an instant. Formatting is slow, so it is done once in a quarter of an hour. */
  dayOf(instant: number): string {
    const quarter = Math.floor(instant / QUARTER);
    if (quarter !== this.last.quarter) this.last = { quarter, day: this.format.format(instant) };
    return this.last.day;
  }
}

/** When a day ends in UTC, in milliseconds since 1970. */
export const endOf = (day: string): number => Date.parse(day) + days(1);

/** The days from one to another, both included. @throws SessionError `INVALID_OPTION` */
export function daysBetween(from: string, to: string): string[] {
  const first = checkDay('from', from);
  const last = checkDay('to', to);
  const count = Math.round((last - first) / days(1)) + 1;
  if (count < 1 || count > MOST_DAYS) {
    throw wrong(`days(${show(from)}, ${show(to)}) must be 1 to ${MOST_DAYS} days, the earlier one first.`);
  }
  return Array.from({ length: count }, (_, at) => textOf(first + days(at)));
}

/** A day so many days before another one. */
export const dayBefore = (day: string, count: number): string => textOf(checkDay('date', day) - days(count));

function checkDay(name: string, day: string): Milliseconds {
  const instant = typeof day === 'string' && DATE.test(day) ? Date.parse(day) : NaN;
  if (!Number.isNaN(instant) && textOf(instant) === day) return instant;
  throw wrong(`${name} must be a date such as "2026-11-26"; it got ${show(day)}.`);
}

const textOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

const wrong = (message: string): SessionError =>
  new SessionError('INVALID_OPTION', `SessionAnalytics: ${message}`);
