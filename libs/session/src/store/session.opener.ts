import type { Clock, Measured, Milliseconds, SessionEndReason, SessionEvents } from '../common/index.js';
import type { RecordBackend } from './record.backend.js';
import type { RecordCodec } from './record.codec.js';
import { type OpenedSession, type ReadResult, RecordReader } from './record.reader.js';
import type { SecretSuccession } from './secret.succession.js';
import { deadlineOf } from './session.cookie.js';
import { StoredText } from './stored.text.js';
import type { SessionLike } from './session.data.js';
import { SessionEndings } from './session.endings.js';
import type { Fields } from './session.fields.js';
import type { SessionMeta, SessionPolicy, SessionRecord } from './session.record.js';
import { judgedAs, keyOf, parseSid, type Judgement, type Sid } from './sid.js';
import type { SessionAccess } from './store.options.js';
import type { UserIndex } from './user.index.js';

export interface KeeperOptions {
  /** Start of every key. */
  prefix: string;
  policy: SessionPolicy;
  codec: RecordCodec;
  /** Renews secrets. */
  succession: SecretSuccession;
  /** Lists the sessions of users; a store without logins needs none. */
  users?: UserIndex;
  /** No expiry in Redis (connect-redis's `disableTTL`). */
  disableTTL: boolean;
  /** How long a session is kept whatever its cookie says (connect-redis's `ttl` function); 0 or less ends it. */
  ttlOf?: (session: SessionLike) => Milliseconds;
  /** `read`: nothing is created, prolonged or renewed, and a replaced secret is refused without ending the session. */
  access: SessionAccess;
  /** How long a save may go on merging with the writes of others. */
  maxWait: Milliseconds;
}

/** What an ended session held; `data` is absent where it could not be read. */
export interface EndedSession {
  text: string;
  userId?: string;
  data?: Fields;
}

type MaybeOpened = OpenedSession | undefined;

/** Finds the session of an id, renews its secret, and ends sessions. */
export class SessionOpener {
  readonly reader: RecordReader;
  readonly endings: SessionEndings;

  constructor(
    private readonly backend: RecordBackend,
    private readonly options: KeeperOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {
    this.endings = new SessionEndings(backend, options.prefix);
    this.reader = new RecordReader(options.codec, options.policy, options.succession, clock, events);
  }

  /**
   * The session of an id; `undefined` if there is none, it has ended, it is not this id's, or it cannot be read.
   *
   * @param how where the id may be older than the session's secret; once it has opened the session, later writes do not judge it
   */
  open(id: string | Sid, how?: Judgement): Promise<OpenedSession | undefined> {
    const { probe } = this.events.measuring;
    return probe === undefined
      ? this.find(id, how)
      : probe.measure('load', (measured) => this.find(id, how, measured));
  }

  private async find(
    id: string | Sid,
    how?: Judgement,
    measured?: Measured<'load'>,
  ): Promise<OpenedSession | undefined> {
    const judged = how ?? this.ordinaryJudgement;
    const sid = typeof id === 'string' ? parseSid(id) : id;
    if (measured !== undefined) measured.outcome = 'refused';
    if (sid === undefined) return undefined;
    const key = this.keyOf(sid);
    const asked = judgedAs(sid, judged);
    const near = how === undefined && this.backend.isNear ? await this.openWritten(asked) : undefined;
    if (near !== undefined) {
      if (measured !== undefined) measured.outcome = 'near';
      return near;
    }
    const text = await this.backend.read(key, { isKept: sid.secret !== undefined });
    const found = text === null ? undefined : this.interpret(asked, text);
    // An `await` of what is there already costs a turn of the queue.
    const opened = found instanceof Promise ? await found : found;
    if (measured !== undefined && text === null) measured.outcome = 'absent';
    if (opened !== undefined) {
      if (measured !== undefined) measured.outcome = 'found';
      this.remember(key, opened);
    }
    return opened && judged ? { ...opened, sid: judgedAs(sid, 'never') } : opened;
  }

  /**
   * The session of an id as this process knows it, without asking Redis; `undefined` where Redis has to be asked: it is not known, or what
   * is known does not open it as it is. Whether a secret was copied is for Redis to say.
   */
  openNear(sid: Sid): OpenedSession | undefined {
    // Of a plain session only Redis knows how long it lives.
    if (sid.secret === undefined) return undefined;
    const entry = this.backend.near(this.keyOf(sid));
    if (entry?.value === undefined) return undefined;
    const asked = judgedAs(sid, this.ordinaryJudgement);
    const found = opensAsItIs(this.reader.judge(asked, entry.stored, entry.value));
    if (found === undefined) return undefined;
    this.events.measuring.probe?.note('load', { outcome: 'near' });
    found.isNear = true;
    return found;
  }

  /** The same for a text that this process wrote and has not read yet. */
  private async openWritten(sid: Sid): Promise<OpenedSession | undefined> {
    if (sid.secret === undefined) return undefined;
    const key = this.keyOf(sid);
    const entry = this.backend.near(key);
    const { text } = entry?.stored ?? {};
    if (text === undefined || entry?.value !== undefined) return undefined;
    const found = opensAsItIs(await this.reader.read(sid, text));
    if (found === undefined) return undefined;
    this.remember(key, found);
    return { ...found, isNear: true };
  }

  /** What was read, for those who find its text near. */
  private remember(key: string, { stored, record, snapshot }: OpenedSession): void {
    if (stored.text !== undefined) this.backend.remember(key, stored.text, { record, snapshot });
  }

  /**
   * Ends a session for good, by its id or its handle. Idempotent; an id that never was is fine.
   *
   * @returns what it held at its end; `undefined` if there was none
   */
  end(id: string, reason: SessionEndReason): Promise<EndedSession | undefined> {
    const { probe } = this.events.measuring;
    return probe === undefined
      ? this.remove(id, reason)
      : probe.measure('destroy', async (measured) => {
          const ended = await this.remove(id, reason);
          measured.outcome = ended === undefined ? 'absent' : 'ended';
          return ended;
        });
  }

  private async remove(id: string, reason: SessionEndReason): Promise<EndedSession | undefined> {
    const sid = parseSid(id);
    if (sid === undefined) return undefined;
    const text = await this.backend.take(this.keyOf(sid));
    if (text === null) return undefined;
    const record = await this.recordIn(text, sid.handle);
    const userId = record?.meta?.auth?.userId;
    this.events.emit({ type: 'session.ended', handle: sid.handle, userId, reason });
    if (record?.meta !== undefined && userId !== undefined) {
      await Promise.all([
        this.options.users?.leave(userId, [sid.handle]),
        this.endings.note(sid.handle, reason, deadlineOf(record.meta) - this.clock.now()),
      ]);
    }
    return { text, userId, data: record?.data };
  }

  private async recordIn(text: string, handle: string): Promise<SessionRecord | undefined> {
    try {
      return await this.options.codec.decode(text, handle);
    } catch {
      return undefined;
    }
  }

  /**
   * What a text that Redis gave is to the one who came with an id; a replayed secret ends the session, a new one is promoted. Mostly there is
   * nothing to wait for.
   */
  interpret(sid: Sid, text: string): MaybeOpened | Promise<MaybeOpened> {
    const found = this.reader.read(sid, text);
    return found instanceof Promise ? found.then((result) => this.act(sid, result)) : this.act(sid, found);
  }

  private act(sid: Sid, found: ReadResult): MaybeOpened | Promise<MaybeOpened> {
    if (found === 'replayed') return this.replayed(sid);
    return found?.role === 'next' && !this.isReader ? this.promote(found) : found;
  }

  private async replayed(sid: Sid): Promise<undefined> {
    if (sid.judged === 'quietly') return;
    const ended = await this.end(sid.text, 'stolen');
    // Of two copies that come at one time, one is told of.
    if (ended !== undefined)
      this.events.emit({ type: 'session.stolen', handle: sid.handle, userId: ended.userId });
  }

  private get isReader(): boolean {
    return this.options.access === 'read';
  }

  /** Who only reads cannot give the browser a newer secret, and leaves it to the others to raise the alarm over an old one. */
  private get ordinaryJudgement(): Judgement | undefined {
    return this.isReader ? 'quietly' : undefined;
  }

  /** The one write of a renewal. Whoever was faster wrote the same, or something newer that is looked at again. */
  private async promote(opened: OpenedSession): Promise<OpenedSession | undefined> {
    const { sid, meta, record, snapshot, stored: loaded } = opened;
    if (sid.secret === undefined || meta.secrets === undefined) return opened;
    const now = this.clock.now();
    const secrets = this.options.succession.promote(sid.secret, sid.handle, meta.secrets, now);
    const promoted = { ...meta, secrets, renewedAt: now };
    const text = await this.options.codec.encode(record.cookie, snapshot.json, promoted, sid.handle);
    const saved = await this.backend.save({
      key: this.keyOf(sid),
      loaded,
      text,
      expiresIn: this.expiresIn(promoted),
    });
    if (saved.outcome === 'gone') return undefined;
    if (saved.outcome === 'conflict') return this.interpret(sid, saved.text);
    this.events.emit({ type: 'session.renewed', handle: sid.handle });
    // What is remembered of the new text must not have the secrets of the old one.
    return {
      ...opened,
      stored: StoredText.of(text),
      meta: promoted,
      record: { ...record, meta: promoted },
      role: 'current',
    };
  }

  keyOf(sid: Sid): string {
    return keyOf(sid, this.options.prefix);
  }

  /** How long Redis is to keep the record; `undefined` for good. */
  expiresIn(meta: SessionMeta, session?: SessionLike): Milliseconds | undefined {
    if (this.options.disableTTL) return undefined;
    const own = session && this.options.ttlOf?.(session);
    return own ?? deadlineOf(meta) - this.clock.now();
  }
}

/** What is not opened as it is needs Redis: to be written anew, or to be sure that it is wrong. */
function opensAsItIs(found: OpenedSession | 'replayed' | undefined): OpenedSession | undefined {
  return found === undefined || found === 'replayed' || found.role === 'next' ? undefined : found;
}
