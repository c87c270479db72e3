import {
  checkRecord,
  decodeRecord,
  encodeRecord,
  type SessionMeta,
  type SessionRecord,
  UnreadableRecordError,
} from './session.record.js';

/**
 * Turns a whole record into text and back: connect-redis's interface, which may also be asynchronous. The default is JSON.
 *
 * `parse` throws for text that it did not make; such a session counts as unreadable, that is as none.
 */
export interface SessionSerializer {
  stringify(record: object): string | Promise<string>;
  parse(text: string): unknown;
}

/** Records to text and back, through the application's serializer if it has one. */
export class RecordCodec {
  constructor(private readonly serializer?: SessionSerializer) {}

  async encode(cookie: object, dataJson: string, meta: SessionMeta): Promise<string> {
    const text = encodeRecord(cookie, dataJson, meta);
    return this.serializer === undefined ? text : this.serializer.stringify(JSON.parse(text) as object);
  }

  /** @throws UnreadableRecordError */
  async decode(text: string): Promise<SessionRecord> {
    if (this.serializer === undefined) return decodeRecord(text);
    let parsed: unknown;
    try {
      parsed = await this.serializer.parse(text);
    } catch {
      throw new UnreadableRecordError('the serializer cannot read it');
    }
    return checkRecord(parsed);
  }
}
