import {
  checkDuration,
  checkNames,
  checkText,
  days,
  hours,
  InvalidOptionError,
  type Milliseconds,
  minutes,
  seconds,
  show,
} from '../common/index.js';

/**
 * What `SessionAnalyticsModule` can be told. Durations are milliseconds.
 *
 * @example
 * SessionAnalyticsModule.forRoot({
 *   keptFor: days(365),
 *   funnels: { 'sign-up': ['account', 'about', 'done'] },
 * })
 */
export interface SessionAnalyticsOptions {
  /**
   * How long the figures of a day are kept after its end; then Redis deletes them by itself. At least a day.
   *
   * @default 90 days
   */
  keptFor?: Milliseconds;
  /**
   * A session counts as active now if it was used within this time. At least 5 seconds.
   *
   * @default 5 minutes
   */
  activeWithin?: Milliseconds;
  /**
   * How long counts are gathered in memory before they are written. A process that is killed loses as much. At most a minute.
   *
   * @default 1 second
   */
  flushEvery?: Milliseconds;
  /**
   * Where days begin and end, as an IANA name such as "Europe/Berlin".
   *
   * @default "UTC"
   */
  timeZone?: string;
  /**
   * The ages of sessions that are counted: how many sessions lived at least that long. At most 20.
   *
   * @default 1, 5, 15 and 30 minutes, 1 and 4 hours
   */
  durations?: readonly Milliseconds[];
  /**
   * The steps that are counted, by funnel, in the order in which they are meant to be taken. At most 20 funnels of 20 steps.
   *
   * @default none
   */
  funnels?: Readonly<Record<string, readonly string[]>>;
  /**
   * Start of every key. Applications with different ones do not count together.
   *
   * @default "analytics:"
   */
  prefix?: string;
}

/** {@link SessionAnalyticsOptions} checked and with every default filled in. */
export interface ResolvedAnalyticsOptions {
  readonly keptFor: Milliseconds;
  readonly activeWithin: Milliseconds;
  readonly flushEvery: Milliseconds;
  readonly timeZone: string;
  /** Ascending. */
  readonly durations: readonly Milliseconds[];
  readonly funnels: ReadonlyMap<string, readonly string[]>;
  readonly prefix: string;
}

const NAMES = ['keptFor', 'activeWithin', 'flushEvery', 'timeZone', 'durations', 'funnels', 'prefix'];
const DURATIONS = [minutes(1), minutes(5), minutes(15), minutes(30), hours(1), hours(4)];
/** Each is a key of up to 12 KB a day. */
const MOST = 20;

/** Checks the options. @throws InvalidOptionError */
export function resolveAnalyticsOptions(options: SessionAnalyticsOptions = {}): ResolvedAnalyticsOptions {
  checkNames('analytics', options, NAMES);
  const keptFor = checkDuration('analytics.keptFor', options.keptFor, days(90));
  const activeWithin = checkDuration('analytics.activeWithin', options.activeWithin, minutes(5), days(1));
  if (keptFor < days(1)) refuse('keptFor', 'must be at least a day', keptFor);
  if (activeWithin < seconds(5)) refuse('activeWithin', 'must be at least 5 seconds', activeWithin);
  return {
    keptFor,
    activeWithin,
    flushEvery: checkDuration('analytics.flushEvery', options.flushEvery, seconds(1), minutes(1)),
    timeZone: checkTimeZone(options.timeZone),
    durations: checkDurations(options.durations),
    funnels: checkFunnels(options.funnels),
    prefix: checkText('analytics.prefix', options.prefix, 'analytics:'),
  };
}

function checkTimeZone(given: unknown): string {
  const timeZone = checkText('analytics.timeZone', given, 'UTC');
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return refuse('timeZone', 'must be the name of a time zone, such as "UTC" or "Europe/Berlin"', timeZone);
  }
}

function checkDurations(given: unknown = DURATIONS): readonly Milliseconds[] {
  if (!Array.isArray(given) || given.length > MOST) {
    return refuse('durations', `must be a list of at most ${MOST} durations`, given);
  }
  const checked = given.map((each: unknown, at) => checkDuration(`analytics.durations[${at}]`, each, 0));
  return [...new Set(checked)].toSorted((one, other) => one - other);
}

function checkFunnels(given: unknown = {}): ReadonlyMap<string, readonly string[]> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return refuse('funnels', "must be an object such as { 'sign-up': ['account', 'done'] }", given);
  }
  const funnels = Object.entries(given).map(([name, steps]: [string, unknown]) => {
    const isList = Array.isArray(steps) && steps.length > 0 && steps.length <= MOST;
    if (!isList || new Set(steps).size < steps.length) {
      return refuse(`funnels.${name}`, `must be a list of 1 to ${MOST} different steps`, steps);
    }
    const checked = steps.map((step: unknown, at) => checkText(`analytics.funnels.${name}[${at}]`, step, ''));
    return [name, checked] as const;
  });
  if (funnels.length > MOST) refuse('funnels', `must be at most ${MOST}`, funnels.length);
  return new Map(funnels);
}

function refuse(option: string, allowed: string, value: unknown): never {
  throw new InvalidOptionError(`analytics.${option}`, `${allowed}; it got ${show(value)}.`);
}
