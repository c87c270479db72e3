import type { Milliseconds } from '../common/index.js';

/** Text that is not a session record; `message` says in few words why not, without quoting it. */
export class UnreadableRecordError extends Error {}

/** The last instant that a Date can hold, about the year 275,000. */
const LAST_INSTANT = 8.64e15;

export const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= LAST_INSTANT;

export const isDuration = (value: unknown): value is Milliseconds => isInstant(value) && value > 0;
