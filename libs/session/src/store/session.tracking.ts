import type { OpenedSession, RecordReader } from './record.reader.js';
import { askedPolicy, factsOf, syncCookie } from './session.cookie.js';
import type { SessionLike } from './session.data.js';
import type { KeeperOptions } from './session.opener.js';
import type { SessionMeta } from './session.record.js';
import { createSid, type IdFormat, type Sid } from './sid.js';
import { MadeSession, track, UnmadeSession } from './tracked.session.js';

/** Begins to follow session objects: what is known of them beside their data, and how long their cookie lives. */
export class SessionTracking {
  constructor(
    private readonly reader: RecordReader,
    private readonly options: KeeperOptions,
  ) {}

  /** Tracks one that was opened, or a new one that is stored at its first save. */
  track(session: SessionLike, sid: Sid, opened?: OpenedSession): void {
    this.remember(session, sid, opened?.meta ?? this.reader.newMeta(sid), opened);
  }

  /** Tracks a new session, whose id and secrets are made once they are needed: many a new session is never stored. */
  begin(session: SessionLike, idFormat: IdFormat): void {
    const meta = this.reader.bareMeta();
    syncCookie(session.cookie, meta);
    const make = (): { sid: Sid; meta: SessionMeta } => {
      const sid = createSid(idFormat);
      return { sid, meta: { ...meta, secrets: this.reader.secretsOf(sid) } };
    };
    track(session, new UnmadeSession(make, factsOf(session.cookie), this.isReader));
  }

  /** Tracks a session object of unknown origin, whose cookie says how long it wants to live. */
  adopt(session: SessionLike, sid: Sid, stored?: OpenedSession): void {
    const meta = stored?.meta ?? this.reader.newMeta(sid);
    const { idle, persistent } = this.options.policy;
    // Of a plain session only its cookie says how long it lives, and this one takes the place of the stored one.
    const before = sid.secret === undefined ? { ...meta.policy, idle, persistent } : meta.policy;
    this.remember(session, sid, { ...meta, policy: askedPolicy(session.cookie, undefined, before) }, stored);
  }

  private get isReader(): boolean {
    return this.options.access === 'read';
  }

  private remember(session: SessionLike, sid: Sid, meta: SessionMeta, opened?: OpenedSession): void {
    syncCookie(session.cookie, meta);
    track(session, new MadeSession(sid, meta, factsOf(session.cookie), this.isReader, opened));
  }
}
