import { type Clock, type Milliseconds, seconds } from '../common/index.js';
import { RecordBackend, type RecordWrite, type SaveOutcome } from '../store/index.js';

/**
 * Records in this process, with the conditions of the save script. Each verb runs without a pause, which is as atomic as a script
 * in Redis; expiry is by the injected clock.
 */
export class MemoryRecordBackend extends RecordBackend {
  readonly maxWait: Milliseconds = seconds(1);
  private readonly records = new Map<string, { text: string; expiresAt: number }>();

  constructor(private readonly clock: Clock) {
    super();
  }

  read(key: string): Promise<string | null> {
    return Promise.resolve(this.textOf(key) ?? null);
  }

  readMany(keys: readonly string[]): Promise<(string | null)[]> {
    return Promise.all(keys.map((key) => this.read(key)));
  }

  save({ key, loaded, text, expiresIn }: RecordWrite): Promise<SaveOutcome> {
    const stored = this.textOf(key);
    // "saved", too, when it is there already: a repeat does no harm.
    if (stored === text) return Promise.resolve({ outcome: 'saved' });
    const isAsLoaded = stored === undefined ? loaded === undefined : loaded?.is(stored) === true;
    if (!isAsLoaded) {
      return Promise.resolve(
        stored === undefined ? { outcome: 'gone' } : { outcome: 'conflict', text: stored },
      );
    }
    const expiresAt =
      this.clock.now() + (expiresIn === undefined ? Infinity : Math.max(1, Math.ceil(expiresIn)));
    this.records.set(key, { text, expiresAt });
    return Promise.resolve({ outcome: 'saved' });
  }

  take(key: string): Promise<string | null> {
    const text = this.textOf(key) ?? null;
    this.records.delete(key);
    return Promise.resolve(text);
  }

  put(key: string, text: string, expiresIn: Milliseconds): Promise<void> {
    this.records.set(key, { text, expiresAt: this.clock.now() + Math.max(1, Math.ceil(expiresIn)) });
    return Promise.resolve();
  }

  expire(key: string, within: Milliseconds): Promise<void> {
    const text = this.textOf(key);
    if (text !== undefined) this.records.set(key, { text, expiresAt: this.clock.now() + Math.ceil(within) });
    return Promise.resolve();
  }

  async *keys(prefix: string): AsyncIterable<string[]> {
    const isAlive = (key: string): boolean => this.textOf(key) !== undefined;
    yield Promise.resolve([...this.records.keys()].filter((key) => key.startsWith(prefix) && isAlive(key)));
  }

  private textOf(key: string): string | undefined {
    const record = this.records.get(key);
    if (record === undefined || record.expiresAt > this.clock.now()) return record?.text;
    this.records.delete(key);
    return undefined;
  }
}
