import type { Clock, SessionEvents } from '../common/index.js';
import { jsonOfStored } from './data.json.js';
import type { RecordCodec } from './record.codec.js';
import { deadlineOf } from './session.cookie.js';
import {
  type SessionMeta,
  type SessionPolicy,
  type SessionRecord,
  UnreadableRecordError,
} from './session.record.js';
import { hashSecret, isSecretOf, type Sid } from './sid.js';

/** What was found under an id. */
export interface OpenedSession {
  sid: Sid;
  /** The stored text that all of this was read from. */
  text: string;
  meta: SessionMeta;
  record: SessionRecord;
  /** The application's own fields as JSON. */
  dataJson: string;
}

/** Decides what a stored text is to the one who came with an id: a living session of theirs, or nothing. */
export class RecordReader {
  constructor(
    private readonly codec: RecordCodec,
    private readonly policy: SessionPolicy,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /** The session, or `undefined` if the text cannot be read, belongs to another secret, or has expired. Never an error. */
  async read(sid: Sid, text: string): Promise<OpenedSession | undefined> {
    try {
      const record = await this.codec.decode(text, sid.handle);
      const meta = this.admit(sid, record);
      return meta === undefined
        ? undefined
        : { sid, text, record, meta, dataJson: jsonOfStored(record.data) };
    } catch (error) {
      if (!(error instanceof UnreadableRecordError)) throw error;
      this.events.emit({ type: 'session.unreadable', handle: sid.handle, problem: error.message });
      return undefined;
    }
  }

  /** The server's part of a session that begins now. */
  newMeta(sid: Sid): SessionMeta {
    const now = this.clock.now();
    const secrets = sid.secret === undefined ? undefined : { current: hashSecret(sid.secret) };
    return { secrets, createdAt: now, lastActiveAt: now, renewedAt: now, policy: this.policy };
  }

  private admit(sid: Sid, { cookie, meta: stored }: SessionRecord): SessionMeta | undefined {
    const now = this.clock.now();
    if (sid.secret !== undefined) {
      const isTheirs = stored?.secrets !== undefined && isSecretOf(sid.secret, stored.secrets.current);
      return isTheirs && deadlineOf(stored) > now ? stored : undefined;
    }
    // A session with a secret never opens by its handle alone.
    if (stored?.secrets !== undefined) return undefined;
    const meta = stored ?? this.newMeta(sid);
    // Only Redis knows how long a plain session may idle: others prolong it with EXPIRE and in its cookie.
    const persistent = cookie.expires !== undefined && cookie.expires !== null;
    const policy = { ...meta.policy, idle: cookie.originalMaxAge ?? meta.policy.idle, persistent };
    return meta.createdAt + policy.absolute > now ? { ...meta, policy } : undefined;
  }
}
