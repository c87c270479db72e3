import type { Milliseconds } from '../common/index.js';
import type { AttemptKeys, UserKeys } from './attempt.keys.js';

/** Account, address and pair: what can block. */
export const COUNTED = ['account', 'address', 'pair'] as const;
export type Counted = (typeof COUNTED)[number];

/** An attempt that was let through. */
export interface Reservation {
  readonly keys: AttemptKeys;
  /** Number of the last change of any password, read with the reservation. */
  readonly changes: number;
  /** Beginnings of the windows it is counted in; 0 where it is not. */
  readonly starts: Readonly<Record<Counted | 'device', number>>;
  /** Attempts in these windows, this one included. */
  readonly counts: Readonly<Record<Counted | 'device', number>>;
  /** When the window of the address ends, from now. */
  readonly addressResets: Milliseconds;
  /** How long the blocks are that this attempt starts unless it is given back; 0 where it starts none. */
  readonly blocks: Readonly<Record<Counted, Milliseconds>>;
  /** Attempts on the account in a row that did not succeed, this one included. */
  readonly failures: number;
  readonly credential: CredentialState;
  /** Accounts tried from the address today and not logged in to, if this attempt is the one that makes too many. */
  readonly sprayed: number;
}

/** What the store knows of the account: `unknown` until `verify` has said that it exists. */
export type CredentialState = 'unknown' | 'exists' | 'disabled';

/** How long each of them still blocks; 0 where it does not. */
export interface Refusal {
  readonly blocked: Readonly<Record<Counted, Milliseconds>>;
  /** How long the blocks are that began with this very attempt, because the limit was lowered. */
  readonly begun: Readonly<Record<Counted, Milliseconds>>;
}

/** What becomes of a device at a successful login. */
export interface DeviceRegistration {
  /** Key of its record. */
  readonly key: string;
  readonly user: UserKeys;
}

/** What is stored under one account or address. */
export interface StoredAttempts {
  readonly count: number;
  readonly blocked: Milliseconds;
  readonly failures: number;
  readonly credential: CredentialState;
}

/** What to look for among all that is stored. */
export interface BlockSearch {
  /** Keys that are looked at first, so that they are found however much else there is. */
  readonly first: readonly string[];
  /** Whether a block is looked for, by its {@link nameOfBlock}. */
  readonly isWanted: (name: string) => boolean;
  /** How many are enough. */
  readonly limit: number;
}

/** A block that stands, or a credential that is disabled. */
export interface StoredBlock {
  /** See {@link nameOfBlock}. */
  readonly name: string;
  /** How long it still blocks; 0 if the credential is disabled and nothing else. */
  readonly blocked: Milliseconds;
  /** How many there were in a row, this one included. */
  readonly level: number;
  /** Of an account, in a row. */
  readonly failures: number;
  readonly isDisabled: boolean;
}

/**
 * Where attempts are counted. Every method is one step that nothing can come between; time is the store's own.
 *
 * @throws StoreUnavailableError, every method
 */
export abstract class AttemptStore {
  /** Counts an attempt on account, pair and, if `countsAddress`, address, or on a known device alone; or counts nothing where one of them is blocked. */
  abstract reserve(keys: AttemptKeys, countsAddress: boolean): Promise<Reservation | Refusal>;
  /**
   * Gives back the reservation of an attempt that succeeded and what else the pair has counted on the account, and makes the device
   * known, unless the password was changed since the reservation.
   *
   * @returns failures on the account before, and names of device records that are more than a user may have
   */
  abstract succeed(
    reservation: Reservation,
    device?: DeviceRegistration,
  ): Promise<{ failures: number; surplus: string[] }>;
  /** Gives back a reservation whose password was not checked, unless a success of the same pair has done so. */
  abstract release(reservation: Reservation): Promise<void>;
  /**
   * Marks an account as existing or disabled, if at least `failures` attempts on it have failed in a row: there may have been a success
   * meanwhile.
   *
   * @returns whether it was not marked so before
   */
  abstract mark(account: string, as: { state: 'exists' | 'disabled'; failures: number }): Promise<boolean>;
  /** What is stored; nothing changes. */
  abstract read(keys: Pick<AttemptKeys, Counted | 'tried' | 'succeeded'>): Promise<{
    readonly of: Readonly<Record<Counted, StoredAttempts>>;
    readonly accounts: { readonly tried: number; readonly succeeded: number };
  }>;
  /**
   * Blocks that stand, and disabled credentials, in no order. Walks through everything that is stored, so it is for administration, never
   * on the way of an attempt.
   *
   * @returns as many as are enough at most, and whether these are all
   */
  abstract blocks(search: BlockSearch): Promise<{ found: StoredBlock[]; isComplete: boolean }>;
  /** Ends the block of an account, of all its pairs, and with `reset` forgets its failures in a row. */
  abstract unblockAccount(account: string, how: { reset: boolean }): Promise<void>;
  /** Forgets keys. */
  abstract forget(keys: readonly string[]): Promise<void>;
  /** Notes that a user's password changed. @returns the number of this change, and names of the user's device records at this moment */
  abstract passwordChanged(user: UserKeys): Promise<{ change: number; devices: string[] }>;
  /** Makes a device known, unless the password was changed after the change of that number. @returns names that are too many */
  abstract remember(device: DeviceRegistration, since: number): Promise<string[]>;
  /** Takes device records off a user's list, after they were forgotten. */
  abstract unlist(user: UserKeys, devices: readonly string[]): Promise<void>;
}

export const isRefusal = (reply: Reservation | Refusal): reply is Refusal => 'blocked' in reply;
