import { type LoginAttemptLimits, type Milliseconds, seconds } from 'nestjs-redis-session';

/** What `GET /login-limits` tells programs. All times are seconds, as in `Retry-After`. */
export interface LoginLimitsView {
  /** What may be tried; `null` where that is not limited. */
  limits: Record<'account' | 'address' | 'pair', LimitView | null> & {
    /** Attempts of a device on an account that it has logged in to before. */
    device: { maxAttempts: number; window: number } | null;
    /** Failures in a row after which a password counts as wrong. */
    disableAfter: number | null;
  };
  /** What is counted for the address that asks. */
  address: CountedView & { network: string };
  /** What is counted on the account of whoever is logged in, from wherever. */
  account?: CountedView;
}

export interface LimitView {
  maxAttempts: number;
  window: number;
  blockDuration: number;
  backoff: number;
  maxBlock: number;
}

export interface CountedView {
  /** Failed attempts in the window that is going on. */
  attempts: number;
  /** How many more are let through; `null` where they are not limited. */
  remaining: number | null;
  /** How long none is let through; 0 if there is no block. */
  retryAfter: number;
}

const inSeconds = (time: Milliseconds): number => Math.ceil(time / seconds(1));

/** The limits in force. */
export function limitsView(limits: LoginAttemptLimits): LoginLimitsView['limits'] {
  const view = (name: 'account' | 'address' | 'pair'): LimitView | null => {
    const limit = limits[name];
    return limit === undefined
      ? null
      : {
          maxAttempts: limit.maxAttempts,
          window: inSeconds(limit.window),
          blockDuration: inSeconds(limit.blockDuration),
          backoff: limit.backoff,
          maxBlock: inSeconds(limit.maxBlock),
        };
  };
  const { device, disableAfter = null } = limits;
  return {
    account: view('account'),
    address: view('address'),
    pair: view('pair'),
    device:
      device === undefined ? null : { maxAttempts: device.maxAttempts, window: inSeconds(device.window) },
    disableAfter,
  };
}

/** What is counted, against its limit. */
export function countedView(
  { attempts, blockedFor }: { attempts: number; blockedFor: Milliseconds },
  maxAttempts: number | undefined,
): CountedView {
  const left = maxAttempts === undefined ? null : Math.max(0, maxAttempts - attempts);
  return { attempts, remaining: blockedFor > 0 ? 0 : left, retryAfter: inSeconds(blockedFor) };
}
