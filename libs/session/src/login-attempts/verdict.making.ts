import type { Milliseconds } from '../common/index.js';
import { type Counted, COUNTED } from './attempt.store.js';
import type { AttemptTicket, LoginAttemptVerdict } from './attempt.verdict.js';
import type { ResolvedLoginAttemptsOptions } from './login-attempts.options.js';

const NONE = { account: 0, address: 0, pair: 0 } as const;

/** Where attempts are not limited. */
export const UNLIMITED: LoginAttemptVerdict = {
  allowed: true,
  remaining: Number.MAX_SAFE_INTEGER,
  retryAfter: 0,
  isKnownDevice: false,
  isDisabled: false,
  attempts: NONE,
};

/** An attempt that may be made. */
export function allowedVerdict(
  options: ResolvedLoginAttemptsOptions,
  ticket: AttemptTicket,
  countsAddress: boolean,
): LoginAttemptVerdict {
  const { counts, starts, blocks, credential, addressResets } = ticket.reservation;
  const isKnownDevice = starts.device > 0;
  const limits = { ...options, address: countsAddress ? options.address : undefined };
  const left = COUNTED.map((by) => (limits[by]?.maxAttempts ?? Infinity) - counts[by]);
  const ofDevice = (options.device?.maxAttempts ?? 0) - counts.device;
  return {
    allowed: true,
    remaining: Math.max(0, Math.min(isKnownDevice ? ofDevice : Math.min(...left), UNLIMITED.remaining)),
    retryAfter: 0,
    isKnownDevice,
    isDisabled: credential === 'disabled',
    attempts: { account: counts.account, address: counts.address, pair: counts.pair },
    ...(countsAddress &&
      !isKnownDevice && {
        address: {
          remaining: Math.max(0, (options.address?.maxAttempts ?? 0) - counts.address),
          resetsIn: blocks.address > 0 ? blocks.address : addressResets,
        },
      }),
    ticket,
  };
}

/** An attempt that is refused. */
export function refusedVerdict(
  blockedBy: NonNullable<LoginAttemptVerdict['blockedBy']>,
  retryAfter: Milliseconds,
  countsAddress: boolean,
): LoginAttemptVerdict {
  return {
    allowed: false,
    remaining: 0,
    retryAfter,
    blockedBy,
    isKnownDevice: false,
    isDisabled: false,
    attempts: NONE,
    // Also where something else blocks: what is left for the address is told neither then nor of whom.
    ...(countsAddress && blockedBy === 'address' && { address: { remaining: 0, resetsIn: retryAfter } }),
  };
}

/** What blocks for the longest time. */
export const longestOf = (blocked: Readonly<Record<Counted, Milliseconds>>): Counted =>
  COUNTED.reduce((longest, by) => (blocked[by] > blocked[longest] ? by : longest));

/** What an attempt was counted as, the first time that somebody tells how it ended; later, and where it was not counted, `undefined`. */
export function settle({ ticket }: LoginAttemptVerdict): AttemptTicket | undefined {
  if (ticket === undefined || ticket.isSettled) return undefined;
  ticket.isSettled = true;
  return ticket;
}
