import { hours, type Milliseconds, type SessionEvents } from '../common/index.js';
import { foldAccount } from './account.name.js';
import type { KeyNames } from './attempt.keys.js';
import { AttemptSettlement, type SucceededAttempt } from './attempt.settlement.js';
import { type AttemptStore, isRefusal, type Refusal } from './attempt.store.js';
import { AttemptStores } from './attempt.stores.js';
import type { LoginAttemptSource, LoginAttemptStatus, LoginAttemptVerdict } from './attempt.verdict.js';
import { statusOf } from './attempt.status.js';
import { tellBlocks } from './block.events.js';
import { BlockedMemory, type BlockedNames } from './blocked.memory.js';
import { KnownDevices, type ReplacedDevice } from './known.devices.js';
import {
  type LoginAttemptLimits,
  type LoginBlocks,
  type LoginBlockSearch,
  limitsOf,
  listOf,
  searchFor,
  unblockById,
} from './login.block.js';
import type { ResolvedLoginAttemptsOptions } from './login-attempts.options.js';
import { allowedVerdict, longestOf, refusedVerdict, settle, UNLIMITED } from './verdict.making.js';

/**
 * Limits attempts to log in: reserve -> check the password -> succeed, fail or release. `LoginService` and `LoginAttemptGuard` do
 * that by themselves; use this class where neither fits.
 *
 * @example
 * const verdict = await this.limiter.reserve({ account: name, address: request.ip });
 * if (!verdict.allowed) throw new LoginBlockedException(verdict.retryAfter);
 * const user = await this.check(name, password);
 * if (user) await this.limiter.succeed(verdict, { userId: user.id });
 * else await this.limiter.fail(verdict);
 */
export class LoginAttemptLimiter {
  /** The limits in force, such as to explain them to users. */
  readonly limits: LoginAttemptLimits;
  private readonly blocked: BlockedMemory;
  private readonly stores: AttemptStores;
  private readonly settlement: AttemptSettlement;

  constructor(
    private readonly options: ResolvedLoginAttemptsOptions,
    /** Redis, and this process while Redis does not answer, if that is wanted. */
    stores: { readonly store: AttemptStore; readonly fallback?: AttemptStore },
    private readonly names: KeyNames,
    private readonly events: SessionEvents,
    /** A clock that nobody sets, in milliseconds, for what is kept in the process. */
    now: () => number = () => performance.now(),
  ) {
    this.limits = limitsOf(options);
    this.stores = new AttemptStores(stores);
    this.blocked = new BlockedMemory(now);
    this.settlement = new AttemptSettlement(options, names, { blocked: this.blocked, events });
  }

  /**
   * Counts an attempt before it is made, so that attempts at one time cannot pass a limit together. One round trip; none where it is
   * known to be blocked.
   *
   * @param whenAsking called if Redis has to be asked, to send what else is needed in the same round trip
   * @throws InvalidAccountException; StoreUnavailableError if Redis does not answer and `onStoreFailure` is `refuse`
   */
  async reserve(source: LoginAttemptSource, whenAsking?: () => void): Promise<LoginAttemptVerdict> {
    const { options } = this;
    const account = this.nameOf(source);
    if (!options.isActive) return UNLIMITED;
    const { network, listed } = options.networks.of(source.address);
    const { probe } = this.events.measuring;
    if (listed === 'denied') {
      probe?.note('reserve', { outcome: 'network', decidedBy: 'options' });
      return refusedVerdict('network', options.address?.maxBlock ?? DENIED_FOR, false);
    }
    const device = options.device && source.device;
    const counted = { account, network, device };
    const countsAddress = options.address !== undefined && listed !== 'allowed';
    const known = this.blocked.find(counted, countsAddress);
    if (known) {
      probe?.note('reserve', { outcome: known.by, decidedBy: 'memory' });
      return refusedVerdict(known.by, known.left, countsAddress);
    }
    const keys = this.names.of(counted);
    whenAsking?.();
    const { store, reply } = await this.stores.reserve(keys, countsAddress, probe);
    if (isRefusal(reply)) return this.refuse(reply, { source, counted, countsAddress, store });
    if (reply.sprayed > 0) {
      this.events.emit({ type: 'login.sprayed', address: network, accounts: reply.sprayed });
    }
    const ticket = { source, account, network, store, reservation: reply, isSettled: false };
    return allowedVerdict(options, ticket, countsAddress);
  }

  /**
   * The password was right: gives the attempt back, and clears what this address has failed on this account.
   *
   * @returns how many attempts on the account had failed in a row before
   * @throws StoreUnavailableError
   */
  succeed(verdict: LoginAttemptVerdict, who: SucceededAttempt = {}): Promise<number> {
    const ticket = settle(verdict);
    return ticket === undefined ? Promise.resolve(0) : this.settlement.succeed(ticket, who);
  }

  /**
   * The password was wrong; the attempt stays counted.
   *
   * @param who.userId whose account it is, if it exists: only then the failures in a row are kept for a year and may disable the credential
   * @throws StoreUnavailableError; the attempt is counted all the same
   */
  fail(verdict: LoginAttemptVerdict, { userId }: { userId?: string } = {}): Promise<void> {
    const ticket = settle(verdict);
    return ticket === undefined ? Promise.resolve() : this.settlement.fail(ticket, userId);
  }

  /** The password was not checked, because something else failed: gives the attempt back. @throws StoreUnavailableError */
  release(verdict: LoginAttemptVerdict): Promise<void> {
    const ticket = settle(verdict);
    return ticket === undefined ? Promise.resolve() : this.settlement.release(ticket);
  }

  /** What is counted on an account, an address, or both; nothing changes. @throws InvalidAccountException; StoreUnavailableError */
  async status(of: { account?: string; address?: string; purpose?: string }): Promise<LoginAttemptStatus> {
    const { account, address } = of;
    const { network } = this.options.networks.of(address);
    const name = account === undefined ? '' : this.nameOf({ account, purpose: of.purpose });
    const keys = this.names.of({ account: name, network });
    const { reply } = await this.stores.ask((store) => store.read(keys));
    return statusOf(reply, { account, address: address === undefined ? undefined : network });
  }

  /**
   * Blocks that stand now, and disabled credentials, for administrators: of an account, of an address, of the account from the address,
   * or all. Redis holds no names, so whose a block is shows only a search for the name. Walks through all keys by SCAN, so not for
   * what users ask.
   *
   * @param of.limit how many are enough; 100 by default
   * @throws InvalidAccountException; StoreUnavailableError
   */
  async blocks(of: LoginBlockSearch = {}): Promise<LoginBlocks> {
    const { account, address, purpose, limit = 100 } = of;
    if (!this.options.isActive) return { blocks: [], isComplete: true };
    const search = searchFor(this.names, {
      account: account === undefined ? undefined : this.nameOf({ account, purpose }),
      network: address === undefined ? undefined : this.options.networks.of(address).network,
      limit,
    });
    const { reply } = await this.stores.ask((store) => store.blocks(search));
    return listOf(reply, this.limits);
  }

  /**
   * Ends a block and forgets what was counted: of an account from everywhere, of an address, of both, or the one of an `id` that
   * {@link blocks} told; an id that is none ends nothing. Failures in a row stay, see {@link reset}. Takes effect at once here, within 5
   * seconds in other processes.
   *
   * @throws InvalidAccountException; StoreUnavailableError
   */
  async unblock(of: { account?: string; address?: string; purpose?: string; id?: string }): Promise<void> {
    const { account, address, purpose, id } = of;
    if (id !== undefined) await this.stores.everywhere((store) => unblockById(store, this.names, id));
    this.blocked.clear();
    if (account !== undefined) await this.unblockAccount({ account, purpose }, false);
    if (address === undefined) return;
    const { network } = this.options.networks.of(address);
    const keys = this.names.of({ account: '', network });
    await this.stores.everywhere((store) => store.forget([keys.address, keys.tried, keys.succeeded]));
    this.blocked.clear();
  }

  /**
   * Ends the block of an account and forgets its failures in a row, once its user has proved otherwise who it is and has a new password: a
   * disabled credential counts again (NIST SP 800-63B-4: re-binding).
   *
   * @throws InvalidAccountException; StoreUnavailableError
   */
  reset(account: string, { purpose }: { purpose?: string } = {}): Promise<void> {
    return this.unblockAccount({ account, purpose }, true);
  }

  /**
   * Forgets on which devices a user has logged in, because the password changed, and the failures in a row of the accounts used there.
   * `LoginService.credentialsChanged` calls it.
   *
   * @param kept the device that is in use right now, which stays known under a new token
   * @throws StoreUnavailableError
   */
  async passwordChanged(userId: string, kept?: ReplacedDevice): Promise<void> {
    if (!this.options.isActive) return;
    await this.stores.everywhere((store) => new KnownDevices(store, this.names).forget(userId, kept));
    this.blocked.clear();
  }

  private nameOf({ account, purpose = LOGIN }: Pick<LoginAttemptSource, 'account' | 'purpose'>): string {
    const name = foldAccount(account, this.options.normalize);
    // No folded name begins with a line break, so nobody can type one that is counted for another purpose.
    return purpose === LOGIN ? name : `\n${purpose}\n${name}`;
  }

  private refuse(reply: Refusal, { source, counted, countsAddress, store }: Refused): LoginAttemptVerdict {
    tellBlocks(this.events, reply.begun, { account: source.account, network: counted.network });
    // What the process counts by itself must not outlive the outage.
    if (this.stores.isShared(store)) this.blocked.add(counted, reply.blocked);
    const by = longestOf(reply.blocked);
    return refusedVerdict(by, reply.blocked[by], countsAddress);
  }

  private async unblockAccount(
    of: Pick<LoginAttemptSource, 'account' | 'purpose'>,
    reset: boolean,
  ): Promise<void> {
    const { account } = this.names.of({ account: this.nameOf(of), network: '' });
    await this.stores.everywhere((store) => store.unblockAccount(account, { reset }));
    this.blocked.clear();
  }
}

const LOGIN = 'login';
/** What those are told to wait who are on the list `deny`: nothing ends by itself, but `Retry-After` has to say something. */
const DENIED_FOR: Milliseconds = hours(1);

interface Refused {
  source: LoginAttemptSource;
  counted: BlockedNames;
  countsAddress: boolean;
  store: AttemptStore;
}
