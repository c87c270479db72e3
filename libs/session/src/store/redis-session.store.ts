import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { type Clock, hiddenField, type NearCacheStatistics } from '../common/index.js';
import { SessionEvents, SystemClock } from '../common/index.js';
import { RecordCodec } from './record.codec.js';
import type { RecordBackend } from './record.backend.js';
import type { BackedStoreOptions, RedisSessionStoreOptions } from './store.options.js';
import { answer, type Callback } from './store.answer.js';
import { type CookieAttributes, cookieFrom, cookieOf } from './session.cookie.js';
import { RecordLimits } from './record.limits.js';
import type { OpenedSession } from './record.reader.js';
import { isSideKey } from './key.names.js';
import { SecretSuccession } from './secret.succession.js';
import type { CurrentSession, SessionCarrier } from './session.carrier.js';
import { SessionKeeper } from './session.keeper.js';
import { newSession, putNewSession } from './session.object.js';
import { type IdFormat, parseSid, type Judgement } from './sid.js';
import { trackedOf } from './tracked.session.js';
import { keptBy, policyOfTtl } from './store.parts.js';
import type { UserIndex } from './user.index.js';

/** How many keys are asked for at a time where all of them are meant. */
const AT_A_TIME = 100;

/**
 * Sessions in Redis, as express-session's `Store` and with the names of connect-redis, but safe under parallel requests: what
 * was ended stays ended, and no write undoes another.
 *
 * One string key a session, `<prefix><handle>`:
 *
 *   GET key                        to load
 *   EVALSHA (GET, SET PX) key      to save, see save.script.ts
 *   GETDEL key                     to end
 *   PEXPIRE key                    to touch a session that this store did not load itself
 *   SCAN                           ids, all, length, clear
 *
 * `SessionModule` makes one; on its own it takes the place of connect-redis's store under express-session.
 */
export class RedisSessionStore extends RedisStore {
  /** Opens, saves and ends; shared with the rooms that stand on this one. */
  readonly keeper: SessionKeeper;
  /** Which sessions a user has. */
  readonly users: UserIndex;
  /** Makes `req.session` new and empty. express-session's middleware puts its own here. */
  generate: (req: Request) => void;
  private readonly backend: RecordBackend;
  private readonly clock: Clock;
  private readonly foundBy = hiddenField<OpenedSession>();

  constructor(options: RedisSessionStoreOptions | BackedStoreOptions) {
    const { clock = new SystemClock(), events = new SessionEvents(), ...parts } = options.parts ?? {};
    // Everything that would use connect-redis's client is overridden.
    super({ ...options, client: options.client ?? {}, serializer: undefined });
    const { backend, users } = keptBy(options, this.prefix, clock, events);
    this.backend = backend;
    this.users = users;
    this.clock = clock;
    const { ttl } = this;
    this.keeper = new SessionKeeper(
      backend,
      {
        prefix: this.prefix,
        policy: parts.policy ?? policyOfTtl(this.ttl, this.disableTTL),
        codec: new RecordCodec(options.serializer, new RecordLimits(options.maxBytes)),
        users: this.users,
        succession: parts.succession ?? new SecretSuccession([], undefined),
        disableTTL: this.disableTTL,
        access: parts.access ?? 'write',
        maxWait: backend.maxWait,
        ttlOf: typeof ttl === 'function' ? (session) => ttl(session as SessionData) * 1000 : undefined,
      },
      clock,
      events,
    );
    this.generate = (req) => this.startSession(req, {});
  }

  /** How the near cache has fared; `undefined` without the option `nearCache`. */
  get nearCache(): NearCacheStatistics | undefined {
    return this.backend.statistics;
  }

  /** Gives a request a new, empty session; it is stored once it holds something. */
  begin(request: SessionCarrier): CurrentSession {
    // express-session's types speak of Express; it uses the fields of SessionCarrier.
    this.generate(request as Request);
    return (request as Request).session;
  }

  /** Gives a request the session of an id, see {@link SessionKeeper.open}; `undefined`, and nothing given, if there is none. */
  async resume(request: SessionCarrier, id: string, how?: Judgement): Promise<CurrentSession | undefined> {
    const opened = await this.keeper.open(id, how);
    return opened && this.give(request, opened);
  }

  /** Gives a request, or what `holder` has for it, the session that was opened. */
  give(request: SessionCarrier, opened: OpenedSession, holder = request): CurrentSession {
    const session = newSession(request);
    session.cookie = cookieOf(opened.record.cookie);
    opened.snapshot.putOn(session);
    this.keeper.tracking.track(session, opened.sid, opened);
    holder.sessionID = opened.sid.text;
    holder.session = session;
    return session;
  }

  /** What `generate` does for SessionModule: a new id, and a cookie with these attributes. */
  startSession(req: Request, cookie: CookieAttributes, idFormat: IdFormat = 'secret'): void {
    const session = putNewSession(req);
    session.cookie = cookieOf(cookie);
    this.keeper.tracking.begin(session, idFormat);
  }

  /** Makes `req.session` out of stored data. */
  override createSession(req: Request, data: SessionData): Session & SessionData {
    const opened = this.foundBy.of(data);
    const session = super.createSession(req, data);
    const sid = opened?.sid.text === req.sessionID ? opened.sid : parseSid(req.sessionID);
    if (sid !== undefined) this.keeper.tracking.track(session, sid, opened);
    return session;
  }

  /** The data of a session, `null` if there is none (never was, ended, expired, unreadable). Raises no alarm: nobody may have come. */
  override get(sid: string, callback?: Callback): Promise<any> {
    return answer(this.find(sid, 'quietly'), callback);
  }

  /** Stores a session if it differs from what is stored. A session that ended meanwhile is an error, never revived. */
  override set(sid: string, session: SessionData, callback?: Callback): Promise<any> {
    return answer(this.store(sid, session), callback);
  }

  /** Moves the idle timeout; never creates. */
  override touch(sid: string, session: SessionData, callback?: Callback): Promise<any> {
    return answer(this.prolong(sid, session), callback);
  }

  /** Ends a session, by its id or by its handle. Ending one that is not there is no error. */
  override destroy(sid: string, callback?: Callback): Promise<any> {
    const ended = this.keeper.end(sid, 'destroyed').then(() => undefined);
    return answer(ended, callback);
  }

  /** Ends the request's session and gives it a new, empty one. If ending fails, the request keeps the one it has. */
  override regenerate(req: Request, callback: Callback): void {
    const renewed = this.keeper.makeRoom(req.sessionID).then(() => this.generate(req));
    void answer(renewed, callback);
  }

  /** The handles of all sessions. Walks the whole keyspace: for administration, not for requests. */
  override ids(callback?: Callback): Promise<any> {
    return answer(this.allHandles(), callback);
  }

  /** How many sessions there are; see {@link ids}. */
  override length(callback?: Callback): Promise<any> {
    return answer(
      this.allHandles().then((handles) => handles.length),
      callback,
    );
  }

  /** The data of all readable sessions, each with its handle as `id`; see {@link ids}. */
  override all(callback?: Callback): Promise<any> {
    return answer(this.everything(), callback);
  }

  /** Ends all sessions; see {@link ids}. */
  override clear(callback?: Callback): Promise<any> {
    return answer(this.removeAll(), callback);
  }

  private async find(id: string, judged?: Judgement): Promise<SessionData | null> {
    const opened = await this.keeper.open(id, judged);
    return opened === undefined ? null : this.dataOf(opened);
  }

  private dataOf(opened: OpenedSession): SessionData {
    const data = { cookie: opened.record.cookie, ...opened.snapshot.copy() } as unknown as SessionData;
    this.foundBy.put(data, opened);
    return data;
  }

  private async store(id: string, session: SessionData): Promise<void> {
    const state = trackedOf(session);
    if (state?.sid.text === id) {
      // express-session's `resave` counts on a write that also prolongs.
      if ((await this.keeper.save(session)) === 'unchanged') await this.keeper.touch(session, state);
      return;
    }
    const sid = parseSid(id);
    if (sid === undefined)
      throw new TypeError('A session id is 1 to 256 printable characters without spaces.');
    session.cookie = cookieFrom(session.cookie);
    const found = this.foundBy.of(session);
    // What `get` gave is written over what it was made of. Where the origin is unknown (express-session's own `generate`, or plain
    // data), it takes the place of what is there.
    this.keeper.tracking.adopt(session, sid, found?.sid.text === id ? found : await this.keeper.open(id));
    await this.keeper.save(session, { force: true });
  }

  private async prolong(id: string, session: SessionData): Promise<void> {
    if (this.disableTouch || this.disableTTL) return;
    const state = trackedOf(session);
    if (state?.sid.text === id) return this.keeper.touch(session, state);
    const sid = parseSid(id);
    if (sid === undefined) return;
    if (sid.secret === undefined) return this.backend.expire(this.prefix + id, this.lifetime(session));
    // The deadline of a session of ours stands in its record, and only its secret may move it.
    const data = await this.find(id);
    if (data === null) return;
    const own = this.createSession({ sessionID: id } as Request, data);
    const ownState = trackedOf(own);
    if (ownState !== undefined) await this.keeper.touch(own, ownState);
  }

  /** The handles of all sessions in batches, one of them perhaps twice; see {@link ids}. */
  async *handles(count = this.scanCount): AsyncGenerator<string[]> {
    for await (const keys of this.backend.keys(this.prefix, count))
      yield keys.filter((key) => !isSideKey(this.prefix, key)).map((key) => key.slice(this.prefix.length));
  }

  private async allHandles(): Promise<string[]> {
    const handles = new Set<string>();
    for await (const found of this.handles()) for (const handle of found) handles.add(handle);
    return [...handles];
  }

  private async everything(): Promise<SessionData[]> {
    const found: SessionData[] = [];
    await this.forEach(async (id) => {
      const text = await this.backend.read(this.prefix + id);
      const record = text === null ? undefined : await this.keeper.peek(text, id);
      if (record === undefined) return;
      found.push({ ...record.data, cookie: record.cookie, id } as unknown as SessionData);
    });
    return found;
  }

  private async removeAll(): Promise<void> {
    await this.forEach((id) => this.backend.take(this.prefix + id));
  }

  /** Key by key, because a command with several of them fails on a Cluster; side by side, because one by one takes long. */
  private async forEach(work: (id: string) => Promise<unknown>): Promise<void> {
    const ids = await this.allHandles();
    for (let at = 0; at < ids.length; at += AT_A_TIME)
      await Promise.all(ids.slice(at, at + AT_A_TIME).map(work));
  }

  private lifetime(session: Partial<SessionData>): number {
    if (typeof this.ttl === 'function') return this.ttl(session as SessionData) * 1000;
    const expires = session.cookie?.expires;
    return expires ? new Date(expires).getTime() - this.clock.now() : this.ttl * 1000;
  }
}
