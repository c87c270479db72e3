import type { Clock, Milliseconds } from '../common/index.js';
import { nameIn, type UserKeys } from './attempt.keys.js';
import { type AttemptLimits, CHANGE_KEPT, MOST_DEVICES } from './attempt.limits.js';
import type { DeviceRegistration } from './attempt.store.js';
import { ExpiringMap } from './expiring.map.js';

export interface DeviceRecord {
  start: number;
  count: number;
}

/** The devices of a {@link MemoryAttemptStore}, and the numbered changes of passwords. */
export class MemoryDevices {
  private readonly records: ExpiringMap<DeviceRecord>;
  /** Names of a user's records, the oldest first, and when they end. */
  private readonly lists: ExpiringMap<Map<string, number>>;
  private readonly numbers: ExpiringMap<number>;
  private changes = 0;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AttemptLimits,
    most: number,
  ) {
    this.records = new ExpiringMap(clock, most);
    this.lists = new ExpiringMap(clock, most);
    this.numbers = new ExpiringMap(clock, most);
  }

  /** The number of the latest change of any password. */
  get latest(): number {
    return this.changes;
  }

  /** Counts an attempt on a device, if it is known and has attempts left. */
  take(key: string | undefined): DeviceRecord | undefined {
    const { device } = this.limits;
    const record = key === undefined ? undefined : this.records.get(key);
    if (record === undefined || device === undefined) return undefined;
    const now = this.clock.now();
    if (now - record.start >= device.window) [record.start, record.count] = [now, 0];
    if (record.count >= device.maxAttempts) return undefined;
    record.count++;
    return { ...record };
  }

  giveBack(key: string | undefined, start: number): void {
    const record = key === undefined ? undefined : this.records.get(key);
    if (record !== undefined && record.start === start) record.count = Math.max(0, record.count - 1);
  }

  remember({ key, user }: DeviceRegistration, since: number): string[] {
    if ((this.numbers.get(user.changed) ?? 0) > since) return [];
    const lives: Milliseconds = this.limits.device?.keptFor ?? 0;
    this.records.set(key, { start: this.clock.now(), count: 0 }, lives);
    const [name, now] = [nameIn(key), this.clock.now()];
    const others = [...(this.lists.get(user.devices) ?? [])].filter(
      ([each, end]) => each !== name && end > now,
    );
    const list = [...others.map(([each]) => each), name];
    this.lists.set(user.devices, new Map([...others, [name, now + lives]]), lives);
    return list.slice(0, Math.max(0, list.length - MOST_DEVICES));
  }

  passwordChanged({ devices, changed }: UserKeys): { change: number; devices: string[] } {
    this.changes++;
    this.numbers.set(changed, this.changes, CHANGE_KEPT);
    return { change: this.changes, devices: [...(this.lists.get(devices)?.keys() ?? [])] };
  }

  forget(keys: readonly string[]): void {
    for (const key of keys) this.records.delete(key);
  }

  unlist({ devices }: UserKeys, names: readonly string[]): void {
    for (const name of names) this.lists.get(devices)?.delete(name);
  }
}
