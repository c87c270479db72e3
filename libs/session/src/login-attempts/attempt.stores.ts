import { type SessionProbe, StoreUnavailableError } from '../common/index.js';
import type { AttemptKeys } from './attempt.keys.js';
import { type AttemptStore, isRefusal, type Refusal, type Reservation } from './attempt.store.js';
import { longestOf } from './verdict.making.js';

/** What one of the stores said. */
interface Reply<T> {
  store: AttemptStore;
  reply: T;
}

/** Redis, and this process while Redis does not answer, if that is wanted. */
export class AttemptStores {
  constructor(private readonly stores: { readonly store: AttemptStore; readonly fallback?: AttemptStore }) {}

  /** Whether it is the one that all processes share. */
  isShared(store: AttemptStore): boolean {
    return store === this.stores.store;
  }

  /** Counts an attempt, see {@link AttemptStore.reserve}, measured if somebody does. @throws StoreUnavailableError */
  reserve(
    keys: AttemptKeys,
    countsAddress: boolean,
    probe: SessionProbe | undefined,
  ): Promise<Reply<Reservation | Refusal>> {
    if (probe === undefined) return this.ask((each) => each.reserve(keys, countsAddress));
    return probe.measure('reserve', async (measured) => {
      const answer = await this.ask((each) => each.reserve(keys, countsAddress));
      const { store, reply } = answer;
      measured.outcome = isRefusal(reply) ? longestOf(reply.blocked) : 'allowed';
      measured.decidedBy = this.isShared(store) ? 'redis' : 'process';
      return answer;
    });
  }

  /** Redis, or the process itself while Redis does not answer, if that is wanted. @throws StoreUnavailableError */
  async ask<T>(work: (store: AttemptStore) => Promise<T>): Promise<Reply<T>> {
    const { store, fallback } = this.stores;
    try {
      return { store, reply: await work(store) };
    } catch (error) {
      if (fallback === undefined || !(error instanceof StoreUnavailableError)) throw error;
      return { store: fallback, reply: await work(fallback) };
    }
  }

  /** In Redis, and before that in what the process counts for an outage. @throws StoreUnavailableError */
  async everywhere(work: (store: AttemptStore) => Promise<void>): Promise<void> {
    const { store, fallback } = this.stores;
    if (fallback !== undefined) await work(fallback);
    await work(store);
  }
}
