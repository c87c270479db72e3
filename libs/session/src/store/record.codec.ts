import { SessionError, StoreUnavailableError } from '../common/index.js';
import { RecordLimits } from './record.limits.js';
import type { CookieRecord } from './record.cookie.js';
import { UnreadableRecordError } from './record.values.js';
import {
  checkRecord,
  decodeRecord,
  encodeRecord,
  type SessionMeta,
  type SessionRecord,
} from './session.record.js';

/** Which session a record belongs to. */
export interface SerializerContext {
  /** Public name of the session, the end of its Redis key; it stays the same for as long as the session lives. */
  readonly handle: string;
}

/**
 * Turns a whole record into text and back: connect-redis's interface, which may also be asynchronous and is also told whose
 * record it is. The default is JSON.
 *
 * `parse` throws for text that it did not make; such a session counts as unreadable, that is as none. Only a
 * `StoreUnavailableError` is a 503, for a serializer that has to ask somebody. What `stringify` throws is a 500.
 */
export interface SessionSerializer {
  stringify(record: object, context: SerializerContext): string | Promise<string>;
  parse(text: string, context: SerializerContext): unknown;
}

/** Records to text and back, through the application's serializer if it has one. */
export class RecordCodec {
  constructor(
    private readonly serializer?: SessionSerializer,
    readonly limits = new RecordLimits(),
  ) {}

  /** Whether a text is the record's JSON itself. */
  get isJson(): boolean {
    return this.serializer === undefined;
  }

  /** @throws SessionError `SESSION_NOT_SERIALIZABLE` if the serializer fails */
  encode(
    cookie: CookieRecord,
    dataJson: string,
    meta: SessionMeta,
    handle: string,
  ): string | Promise<string> {
    const json = encodeRecord(cookie, dataJson, meta);
    return this.serializer === undefined ? json : serialize(this.serializer, json, handle);
  }

  /** At once where the text is JSON. @throws UnreadableRecordError */
  decode(text: string, handle: string): SessionRecord | Promise<SessionRecord> {
    this.limits.checkLoaded(text);
    return this.serializer === undefined ? decodeRecord(text) : deserialize(this.serializer, text, handle);
  }
}

async function deserialize(
  serializer: SessionSerializer,
  text: string,
  handle: string,
): Promise<SessionRecord> {
  let parsed: unknown;
  try {
    parsed = await serializer.parse(text, { handle });
  } catch (error) {
    if (error instanceof UnreadableRecordError || error instanceof StoreUnavailableError) throw error;
    throw new UnreadableRecordError('the serializer cannot read it');
  }
  return checkRecord(parsed);
}

async function serialize(serializer: SessionSerializer, json: string, handle: string): Promise<string> {
  let cause: unknown;
  try {
    const text: unknown = await serializer.stringify(JSON.parse(json) as object, { handle });
    if (typeof text === 'string' && text !== '') return text;
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    cause = error;
  }
  const reason = cause instanceof Error ? `threw: ${cause.message}` : 'gave no text';
  throw new SessionError(
    'SESSION_NOT_SERIALIZABLE',
    `stringify of session.serializer ${reason}. Nothing was written.`,
    { cause },
  );
}
