import { SessionTooLargeError } from '../common/index.js';
import { largestField } from './data.json.js';
import { UnreadableRecordError } from './record.values.js';

/** A stored text this many times longer than what may be written was written by somebody else. */
const LOAD_FACTOR = 16;
/** Shorter texts are always looked at. */
const LEAST_LOAD_LIMIT = 1024 * 1024;

/** A record that takes at least half of the room that it may take. */
export interface LargeRecord {
  bytes: number;
  largestKey: string;
}

/** How large the stored text of one session may be, in bytes of UTF-8. */
export class RecordLimits {
  private readonly longest: number;

  constructor(private readonly maxBytes = Number.POSITIVE_INFINITY) {
    this.longest = Math.max(LEAST_LOAD_LIMIT, LOAD_FACTOR * maxBytes);
  }

  /** Keeps the process from parsing whatever it finds. @throws UnreadableRecordError */
  checkLoaded(text: string): void {
    if (text.length > this.longest) throw new UnreadableRecordError('too large');
  }

  /**
   * Measures a text that is to be written.
   *
   * @returns what to warn of; `undefined` below half of the limit
   * @throws SessionTooLargeError
   */
  measure(dataJson: string, text: string): LargeRecord | undefined {
    // UTF-8 takes at most three bytes for what is one in a text.
    if (text.length * 6 < this.maxBytes) return undefined;
    const bytes = Buffer.byteLength(text);
    if (bytes * 2 < this.maxBytes) return undefined;
    const largest = largestField(dataJson);
    if (bytes > this.maxBytes) throw new SessionTooLargeError({ bytes, maxBytes: this.maxBytes, largest });
    return { bytes, largestKey: largest.name };
  }
}
