import type { LoginBlockCause, Milliseconds } from '../common/index.js';
import type { AttemptStore, Reservation } from './attempt.store.js';

/** Who tries to log in, and from where. */
export interface LoginAttemptSource {
  /** The name that was typed, at most 256 characters. All spellings that differ only in case, form or outer spaces are one. */
  readonly account: string;
  /** The client's address, IPv4 or IPv6. What is no address counts as one "unknown" address for all. */
  readonly address: string | undefined;
  /** The token of the device's cookie, if its signature was right. */
  readonly device?: string;
  /**
   * What is tried. Attempts at different things are counted apart, such as passwords and one-time codes (ASVS 6.6.3).
   *
   * @default "login"
   */
  readonly purpose?: string;
}

/** Whether an attempt may be made. If so it is counted already, and has to be told how it ended. */
export interface LoginAttemptVerdict {
  readonly allowed: boolean;
  /** How many more attempts there are before one of the limits blocks; 0 if this one is refused. */
  readonly remaining: number;
  /** Until when to wait; 0 if this one is allowed. */
  readonly retryAfter: Milliseconds;
  /** What refuses it; `network` is the list `deny`. Absent if it is allowed. */
  readonly blockedBy?: LoginBlockCause | 'network';
  /** Whether the account was logged in to on this device before, so that only the device's own attempts count. */
  readonly isKnownDevice: boolean;
  /** Whether the password counts as wrong, even if it is right, after too many failures in a row. Check it all the same, for the time it takes. */
  readonly isDisabled: boolean;
  /** Attempts in the going windows, this one included; 0 where it is not counted. */
  readonly attempts: Readonly<Record<LoginBlockCause, number>>;
  /** Of the address: attempts left, and when its window or block is over. Absent where it is not counted. */
  readonly address?: { readonly remaining: number; readonly resetsIn: Milliseconds };
  /** For {@link LoginAttemptLimiter}. */
  readonly ticket?: AttemptTicket;
}

/** What an attempt was counted as, so that it can be given back. Opaque. */
export interface AttemptTicket {
  readonly source: LoginAttemptSource;
  readonly account: string;
  readonly network: string;
  readonly store: AttemptStore;
  readonly reservation: Reservation;
  isSettled: boolean;
}

/** What is known of an account or an address. */
export interface LoginAttemptStatus {
  /** Of the account, if one was asked for. */
  readonly account?: {
    /** In the going window, not those that succeeded. */
    readonly attempts: number;
    /** Until when it is blocked; 0 if it is not. */
    readonly blockedFor: Milliseconds;
    /** In a row, however far apart. */
    readonly failures: number;
    /** Whether there were too many in a row. */
    readonly isDisabled: boolean;
  };
  /** Of the address, if one was asked for. */
  readonly address?: {
    /** Such as "2001:db8:0:ab00::/56". */
    readonly network: string;
    readonly attempts: number;
    readonly blockedFor: Milliseconds;
    /** Accounts tried from there within a day, and those logged in to; estimates with an error of about 1 %. */
    readonly accountsTried: number;
    readonly accountsSucceeded: number;
  };
  /** Of the account from the address, if both were asked for. */
  readonly pair?: { readonly attempts: number; readonly blockedFor: Milliseconds };
}
