import type { Clock, SessionEvents } from '../common/index.js';
import { checkStored } from './data.json.js';
import type { RecordCodec } from './record.codec.js';
import { deadlineOf } from './session.cookie.js';
import { UnreadableRecordError } from './record.values.js';
import type { SessionMeta, SessionPolicy, SessionRecord, SessionSecrets } from './session.record.js';
import type { SecretRole, SecretSuccession } from './secret.succession.js';
import { Snapshot } from './session.snapshot.js';
import { StoredText } from './stored.text.js';
import type { Sid } from './sid.js';

/** What is around the application's own fields. */
type RecordFrame = Pick<SessionRecord, 'cookie' | 'meta'>;

/** What was found under an id. */
export interface OpenedSession {
  sid: Sid;
  /** The text that all of this was read from. */
  stored: StoredText;
  meta: SessionMeta;
  record: RecordFrame;
  /** The application's own fields. */
  snapshot: Snapshot;
  /** What the presented secret is to the record; `current` in a plain session. */
  role: Exclude<SecretRole, 'replayed'>;
  /** Read from this process's own memory: Redis was not asked. */
  isNear?: boolean;
}

/** Of a class, as all that each request makes: see "what a literal makes" in docs/request-path.md. */
class Opened implements OpenedSession {
  isNear = false;

  constructor(
    readonly sid: Sid,
    readonly stored: StoredText,
    readonly meta: SessionMeta,
    readonly record: RecordFrame,
    readonly snapshot: Snapshot,
    readonly role: OpenedSession['role'],
  ) {}
}

/** What the server knows of a session that begins now. */
class NewMeta implements SessionMeta {
  readonly lastActiveAt: number;
  readonly renewedAt: number;

  constructor(
    readonly createdAt: number,
    readonly policy: SessionPolicy,
  ) {
    this.lastActiveAt = createdAt;
    this.renewedAt = createdAt;
  }
}

/** What a text holds, whoever comes with whatever secret. */
export interface ReadText {
  readonly record: RecordFrame;
  readonly snapshot: Snapshot;
}

/** What a text is to the one who came with an id. */
export type ReadResult = OpenedSession | 'replayed' | undefined;

/** Decides what a stored text is to the one who came with an id: a living session of theirs, or nothing. */
export class RecordReader {
  constructor(
    private readonly codec: RecordCodec,
    private readonly policy: SessionPolicy,
    private readonly succession: SecretSuccession,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /**
   * The session; `undefined` if the text cannot be read, has no such secret, or has expired; `replayed` if the secret was
   * replaced. At once, but for a serializer of the application's own.
   *
   * @throws StoreUnavailableError if the serializer does
   */
  read(sid: Sid, text: string): ReadResult | Promise<ReadResult> {
    try {
      const record = this.codec.decode(text, sid.handle);
      if (!(record instanceof Promise)) return this.judgeStored(sid, text, record);
      return record
        .then((read) => this.judgeStored(sid, text, read))
        .catch((error: unknown) => this.unreadable(sid, error));
    } catch (error) {
      return this.unreadable(sid, error);
    }
  }

  private judgeStored(sid: Sid, text: string, record: SessionRecord): ReadResult {
    checkStored(record.data, this.codec.isJson ? text : undefined);
    return this.judge(sid, StoredText.of(text), { record, snapshot: Snapshot.of(record.data) });
  }

  private unreadable({ handle }: Sid, error: unknown): undefined {
    if (!(error instanceof UnreadableRecordError)) throw error;
    this.events.emit({ type: 'session.unreadable', handle, problem: error.message });
    return undefined;
  }

  /** The same for a text that was read before, at once. */
  judge(sid: Sid, stored: StoredText, { record, snapshot }: ReadText): ReadResult {
    const now = this.clock.now();
    const admitted = this.admit(record, sid, now);
    if (admitted === undefined) return undefined;
    const meta = withStaleness(admitted, now);
    const role = this.roleOf(sid, meta, now);
    // Where secrets are not renewed, another one was never good, so nothing was copied.
    if (role === 'replayed') return this.succession.isActive ? role : undefined;
    return new Opened(sid, stored, meta, record, snapshot, role);
  }

  /** The server's part of a session that begins now. */
  newMeta(sid: Sid): SessionMeta {
    return { secrets: this.secretsOf(sid), ...this.bareMeta() };
  }

  /** The same without what belongs to its id. */
  bareMeta(): SessionMeta {
    return new NewMeta(this.clock.now(), this.policy);
  }

  /** What is kept of the secret of a new id. */
  secretsOf({ secret, handle }: Sid): SessionSecrets | undefined {
    return secret === undefined ? undefined : this.succession.mint({ secret, handle });
  }

  private roleOf(sid: Sid, { secrets }: SessionMeta, now: number): SecretRole {
    return sid.secret === undefined || secrets === undefined || sid.judged === 'never'
      ? 'current'
      : this.succession.judge(sid, secrets, now);
  }

  private admit({ cookie, meta: stored }: RecordFrame, sid: Sid, now: number): SessionMeta | undefined {
    if (sid.secret !== undefined) {
      return stored?.secrets !== undefined && deadlineOf(stored) > now ? stored : undefined;
    }
    // A session with a secret never opens by its handle alone.
    if (stored?.secrets !== undefined) return undefined;
    const meta = stored ?? this.newMeta(sid);
    // Only Redis knows how long a plain session may idle: others prolong it with EXPIRE and in its cookie.
    const persistent = cookie.expires !== undefined && cookie.expires !== null;
    const policy = { ...meta.policy, idle: cookie.originalMaxAge ?? meta.policy.idle, persistent };
    // When others have written it, its last activity is unknown: assume it to be so long ago that the next touch moves it.
    const lastActiveAt = stored === undefined ? Math.floor(now - policy.idle / 10) : meta.lastActiveAt;
    return meta.createdAt + policy.absolute > now ? { ...meta, policy, lastActiveAt } : undefined;
  }
}

/**
 * The server's part with the login marked as stale, once its user was away, or the login old, for longer than it counts as fresh. Judged
 * at load, before this request counts as activity; whoever writes the record next writes it down.
 */
export function withStaleness(meta: SessionMeta, now: number): SessionMeta {
  const { auth, lastActiveAt, policy } = meta;
  if (auth === undefined || policy.fresh === undefined) return meta;
  const isFresh =
    now < lastActiveAt + policy.fresh.idle && now < auth.authenticatedAt + policy.fresh.absolute;
  return isFresh ? meta : { ...meta, auth: { ...auth, isStale: true } };
}
