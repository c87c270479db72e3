import type { SessionEvents } from '../common/index.js';
import { type KeyNames, nameIn } from './attempt.keys.js';
import type { AttemptTicket } from './attempt.verdict.js';
import { tellBlocks } from './block.events.js';
import type { BlockedMemory } from './blocked.memory.js';
import { KnownDevices } from './known.devices.js';
import type { ResolvedLoginAttemptsOptions } from './login-attempts.options.js';

/** What a successful attempt says of who made it. */
export interface SucceededAttempt {
  /** Who it was; without it no device becomes known. */
  userId?: string;
  /** Token of the device that is known from now on. */
  device?: string;
}

/** Tells the store how an attempt ended that it has counted; once for each ticket. */
export class AttemptSettlement {
  constructor(
    private readonly options: ResolvedLoginAttemptsOptions,
    private readonly names: KeyNames,
    private readonly parts: { readonly blocked: BlockedMemory; readonly events: SessionEvents },
  ) {}

  /** See `LoginAttemptLimiter.succeed`. */
  succeed(ticket: AttemptTicket, who: SucceededAttempt): Promise<number> {
    const { probe } = this.parts.events.measuring;
    if (probe === undefined) return this.giveBack(ticket, who);
    return probe.measure('settle', (measured) => {
      measured.outcome = 'succeeded';
      return this.giveBack(ticket, who);
    });
  }

  /** See `LoginAttemptLimiter.fail`. */
  async fail({ reservation, store, source, network }: AttemptTicket, userId?: string): Promise<void> {
    const { events } = this.parts;
    tellBlocks(events, reservation.blocks, { account: source.account, network });
    if (userId === undefined || reservation.credential === 'disabled') return;
    const { failures, credential, keys } = reservation;
    const { disableAfter = Infinity } = this.options;
    const isLast = failures >= disableAfter;
    if (!isLast && credential !== 'unknown') return;
    const mark = isLast
      ? ({ state: 'disabled', failures: disableAfter } as const)
      : ({ state: 'exists', failures: 1 } as const);
    const { probe } = events.measuring;
    const isNew = await (probe === undefined
      ? store.mark(keys.account, mark)
      : probe.measure('settle', (measured) => {
          measured.outcome = 'failed';
          return store.mark(keys.account, mark);
        }));
    if (isLast && isNew)
      events.emit({ type: 'credential.disabled', userId, failures, account: source.account });
  }

  /** See `LoginAttemptLimiter.release`. */
  release(ticket: AttemptTicket): Promise<void> {
    const { account, network, source, store, reservation } = ticket;
    const { blocked, events } = this.parts;
    blocked.drop({ account, network, device: source.device });
    const { probe } = events.measuring;
    if (probe === undefined) return store.release(reservation);
    return probe.measure('settle', (measured) => {
      measured.outcome = 'released';
      return store.release(reservation);
    });
  }

  private async giveBack(ticket: AttemptTicket, { userId, device }: SucceededAttempt): Promise<number> {
    const { account, network, store, reservation } = ticket;
    this.parts.blocked.drop({ account, network, device });
    const wanted = this.options.device && device !== undefined && userId !== undefined;
    if (!wanted) return (await store.succeed(reservation)).failures;
    const key = this.names.deviceOn(nameIn(reservation.keys.account), device);
    const user = this.names.ofUser(userId);
    const { failures, surplus } = await store.succeed(reservation, { key, user });
    if (surplus.length > 0) await new KnownDevices(store, this.names).remove(user, surplus);
    return failures;
  }
}
