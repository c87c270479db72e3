import { hashOfToken, type KeyNames, partsOfDevice, type UserKeys } from './attempt.keys.js';
import type { AttemptStore } from './attempt.store.js';

/** A device that gets another token. */
export interface ReplacedDevice {
  readonly before: string;
  readonly now: string;
}

/** The devices of users, as a whole. */
export class KnownDevices {
  constructor(
    private readonly store: AttemptStore,
    private readonly names: KeyNames,
  ) {}

  /** Forgets all devices of a user whose password changed, except one, and that its accounts had failures. */
  async forget(userId: string, kept?: ReplacedDevice): Promise<void> {
    const user = this.names.ofUser(userId);
    const { change, devices } = await this.store.passwordChanged(user);
    await this.remove(user, devices);
    const all = devices.map(partsOfDevice);
    const accounts = new Set(all.map(({ account }) => account));
    await Promise.all(
      [...accounts].map((name) => this.store.unblockAccount(this.names.account(name), { reset: true })),
    );
    if (kept === undefined) return;
    const before = hashOfToken(kept.before);
    for (const { account } of all.filter(({ device }) => device === before)) {
      const key = this.names.deviceOn(account, kept.now);
      await this.store.remember({ key, user }, change);
    }
  }

  /** First the records, then their names: a record that is not on the list would outlive a change of password. */
  async remove(user: UserKeys, devices: readonly string[]): Promise<void> {
    await this.store.forget(devices.map((name) => this.names.device(name)));
    await this.store.unlist(user, devices);
  }
}
