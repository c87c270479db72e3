import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Milliseconds } from '../common/index.js';

/** Timers fire on whole milliseconds, and on which one depends on when they were set: in the end it is looked instead. */
const LOOKED_AT: Milliseconds = 2;

/**
 * Waits until a multiple of `minimum` has passed since `startedAt` (of `performance.now()`), to a fraction of a millisecond: otherwise what
 * was done meanwhile would still show in the time.
 */
export async function waitForMultiple(startedAt: number, minimum: Milliseconds): Promise<void> {
  if (minimum <= 0) return;
  const end = startedAt + Math.ceil((performance.now() - startedAt) / minimum) * minimum;
  const left = end - performance.now() - LOOKED_AT;
  if (left >= 1) await pause(left);
  while (performance.now() < end) await nextTurn();
}
