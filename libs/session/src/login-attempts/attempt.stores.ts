import { StoreUnavailableError } from '../common/index.js';
import type { AttemptStore } from './attempt.store.js';

/** Redis, and this process while Redis does not answer, if that is wanted. */
export class AttemptStores {
  constructor(private readonly stores: { readonly store: AttemptStore; readonly fallback?: AttemptStore }) {}

  /** Whether it is the one that all processes share. */
  isShared(store: AttemptStore): boolean {
    return store === this.stores.store;
  }

  /** Redis, or the process itself while Redis does not answer, if that is wanted. @throws StoreUnavailableError */
  async ask<T>(work: (store: AttemptStore) => Promise<T>): Promise<{ store: AttemptStore; reply: T }> {
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
