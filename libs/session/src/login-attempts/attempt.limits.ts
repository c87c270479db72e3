import { days, minutes, type Milliseconds } from '../common/index.js';
import type { AttemptPolicy } from './attempt.policy.js';
import type { ResolvedLoginAttemptsOptions } from './login-attempts.options.js';

/** What the limits are, as far as they are checked in the store. */
export type AttemptLimits = Pick<
  ResolvedLoginAttemptsOptions,
  'account' | 'address' | 'pair' | 'device' | 'sprayedAfter'
>;

/** How long failures in a row are kept after the last one (DESIGN, NIST SP 800-63B-4, 3.2.2: no window). */
export const FAILURES_KEPT: Milliseconds = days(365);
/** How long it is kept which accounts were tried from an address. */
export const SPRAYING_WINDOW: Milliseconds = days(1);
/** A login in flight lives for seconds; the mark of a change has to outlive every login that began before it. */
export const CHANGE_KEPT: Milliseconds = days(1);
/** The counter must outlive every mark that was made of it. */
export const CHANGES_KEPT: Milliseconds = days(30);
/** Devices that a user may have known at one time. A program that logs in without cookies makes a new one each time. */
export const MOST_DEVICES = 50;
/** The window of what is counted without being limited. */
const WINDOW_OF_NO_POLICY: Milliseconds = minutes(15);

/** A policy that never blocks. */
export const noPolicy: AttemptPolicy = {
  maxAttempts: Number.MAX_SAFE_INTEGER,
  window: WINDOW_OF_NO_POLICY,
  blockDuration: 1,
  backoff: 1,
  maxBlock: 1,
};

/** How long the generation of an account must be kept at least: as long as any of its pairs may be. */
export const generationKept = ({ account, pair }: Record<'account' | 'pair', AttemptPolicy>): Milliseconds =>
  Math.max(account.window, pair.window) + 2 * pair.maxBlock;
