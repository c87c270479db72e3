import { RedisStore } from 'connect-redis';
import type { Request } from 'express';
import type { Session, SessionData } from 'express-session';
import { type Clock, days, SessionEvents, SystemClock } from '../common/index.js';
import { RedisConnection, resolveRedisOptions } from '../redis/index.js';
import { scanKeys } from './key.scan.js';
import { RecordCodec } from './record.codec.js';
import { RecordLimits } from './record.limits.js';
import { RedisRecordBackend } from './record.backend.js';
import type { RedisSessionStoreOptions } from './store.options.js';
import { SessionCookie } from './session.cookie.js';
import type { OpenedSession } from './record.reader.js';
import { SessionKeeper } from './session.keeper.js';
import { createSid, type IdFormat, parseSid } from './sid.js';
import { trackedOf } from './tracked.session.js';

type Callback = (error?: unknown, data?: any) => any;

/** connect-redis's default lifetime of a session without one, in seconds. */
const DEFAULT_TTL_SECONDS = 86_400;

/**
 * Sessions in Redis, as express-session's `Store` and with the names of connect-redis, but safe under parallel requests: what
 * was ended stays ended, and no write undoes another.
 *
 * One string key a session, `<prefix><handle>`:
 *
 *   GET key                        to load
 *   EVALSHA (GET, SET PX) key      to save, see save.script.ts
 *   DEL key                        to end
 *
 * `SessionModule` makes one; on its own it takes the place of connect-redis's store under express-session.
 */
export class RedisSessionStore extends RedisStore {
  /** Opens, saves and ends; shared with the rooms that stand on this one. */
  readonly keeper: SessionKeeper;
  /** Makes `req.session` new and empty. express-session's middleware puts its own here. */
  generate: (req: Request) => void;
  private readonly connection: RedisConnection;
  private readonly foundBy = new WeakMap<object, OpenedSession>();

  constructor(options: RedisSessionStoreOptions) {
    const { connection: shared, clock, events = new SessionEvents() } = options.parts ?? {};
    const connection = shared ?? new RedisConnection(resolveRedisOptions({ client: options.client }), events);
    super({ ...options, client: connection.client, serializer: undefined });
    this.connection = connection;
    this.keeper = new SessionKeeper(
      new RedisRecordBackend(connection),
      {
        prefix: this.prefix,
        policy: options.parts?.policy ?? { idle: this.lifetime({}), absolute: days(400), persistent: false },
        codec: new RecordCodec(options.serializer, new RecordLimits(options.maxBytes)),
        disableTTL: this.disableTTL,
        maxWait: connection.maxWait,
      },
      clock ?? (new SystemClock() satisfies Clock),
      events,
    );
    this.generate = (req) => this.startSession(req, {});
  }

  /** Makes a new, empty session for a request; it is stored once it holds something. */
  startSession(req: Request, cookie: object, idFormat: IdFormat = 'secret'): void {
    req.sessionID = createSid(idFormat).text;
    // Applications declare their fields in SessionData, perhaps as always present; a new session has none of them.
    this.createSession(req, { cookie: new SessionCookie(cookie) } as SessionData);
  }

  /** Makes `req.session` out of stored data. */
  override createSession(req: Request, data: SessionData): Session & SessionData {
    const opened = this.foundBy.get(data);
    const session = super.createSession(req, data);
    const sid = parseSid(req.sessionID);
    if (sid !== undefined) this.keeper.track(session, sid, opened);
    return session;
  }

  /** The data of a session, `null` if there is none (never was, ended, expired, unreadable). */
  override get(sid: string, callback?: Callback): Promise<any> {
    return answer(this.find(sid), callback);
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
    return answer(this.keeper.end(sid, 'destroyed'), callback);
  }

  /** Ends the request's session and gives it a new, empty one. If ending fails, the request keeps the one it has. */
  override regenerate(req: Request, callback: Callback): void {
    this.keeper.end(req.sessionID, 'regenerated').then(
      () => {
        this.generate(req);
        process.nextTick(callback, undefined);
      },
      (error: unknown) => process.nextTick(callback, error),
    );
  }

  /** The handles of all sessions. Walks the whole keyspace: for administration, not for requests. */
  override ids(callback?: Callback): Promise<any> {
    return answer(this.handles(), callback);
  }

  /** How many sessions there are; see {@link ids}. */
  override length(callback?: Callback): Promise<any> {
    return answer(
      this.handles().then((handles) => handles.length),
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

  private async find(id: string): Promise<SessionData | null> {
    const opened = await this.keeper.open(id);
    if (opened === undefined) return null;
    const data = { cookie: opened.record.cookie, ...opened.record.data } as unknown as SessionData;
    this.foundBy.set(data, opened);
    return data;
  }

  private async store(id: string, session: SessionData): Promise<void> {
    const known = trackedOf(session)?.sid.text === id;
    if (!known) {
      // Its origin is unknown (express-session's own `generate`, or plain data): it takes the place of what is there.
      const sid = parseSid(id);
      if (sid === undefined)
        throw new TypeError('A session id is 1 to 256 printable characters without spaces.');
      if (!(session.cookie instanceof SessionCookie)) session.cookie = new SessionCookie(session.cookie);
      this.keeper.adopt(session, sid, await this.keeper.open(id));
    }
    await this.keeper.save(session, { force: !known });
  }

  private async prolong(id: string, session: SessionData): Promise<void> {
    if (this.disableTouch || this.disableTTL) return;
    const state = trackedOf(session);
    if (state?.sid.text === id) return this.keeper.touch(session, state);
    const sid = parseSid(id);
    if (sid === undefined) return;
    await this.connection.run((client) => client.pexpire(this.prefix + sid.handle, this.lifetime(session)), {
      repeatable: true,
    });
  }

  private handles(): Promise<string[]> {
    return this.keys().then((keys) => keys.map((key) => key.slice(this.prefix.length)));
  }

  private keys(): Promise<string[]> {
    return scanKeys(this.connection.client, this.prefix, this.scanCount);
  }

  private async everything(): Promise<SessionData[]> {
    const found: SessionData[] = [];
    for (const key of await this.keys()) {
      const id = key.slice(this.prefix.length);
      const text = await this.connection
        .run((client) => client.get(key), { repeatable: true })
        .catch(() => null);
      const record =
        text === null ? undefined : await this.keeper.options.codec.decode(text, id).catch(() => undefined);
      if (record !== undefined)
        found.push({ ...record.data, cookie: record.cookie, id } as unknown as SessionData);
    }
    return found;
  }

  private async removeAll(): Promise<void> {
    for (const key of await this.keys())
      await this.connection.run((client) => client.del(key), { repeatable: true });
  }

  private lifetime(session: Partial<SessionData>): number {
    if (typeof this.ttl === 'function') return this.ttl(session as SessionData) * 1000;
    const expires = session.cookie?.expires;
    return expires ? new Date(expires).getTime() - Date.now() : (this.ttl || DEFAULT_TTL_SECONDS) * 1000;
  }
}

/** Calls back exactly once, outside of any promise, so that what a callback throws is the caller's; or returns the promise. */
function answer<T>(work: Promise<T>, callback?: Callback): Promise<T | undefined> {
  if (callback === undefined) return work;
  return work.then(
    (value) => void process.nextTick(callback, null, value),
    (error: unknown) => void process.nextTick(callback, error),
  ) as Promise<undefined>;
}
