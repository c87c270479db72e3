import { Injectable } from '@nestjs/common';
import { Clock, SessionEvents } from '../common/index.js';
import { deadlineOf, RedisSessionStore } from '../store/index.js';

/** Sessions ended at about one time; each is a command of its own, because they may live on different nodes. */
const AT_ONCE = 100;

/** One session of a user, as the user may see it. Nothing in it lets anybody in. Instants are milliseconds since 1970. */
export interface ListedSession {
  /** What {@link SessionRegistry.revoke} takes. */
  handle: string;
  createdAt: number;
  /** The last request, as exactly as a tenth of the idle timeout. */
  lastActiveAt: number;
  /** When it ends if nothing more happens. */
  expiresAt: number;
  /** When the password was given last. */
  authenticatedAt: number;
  /** `fresh`, or `remembered` once the user was away for longer than the ordinary idle timeout. */
  level: 'remembered' | 'fresh';
  /** Whether "remember me" was ticked. */
  remembered: boolean;
  /** Coarsely, such as "Firefox on Windows"; absent where `auth.describeDevices` is off. */
  device?: string;
  /** Shortened address, such as "203.0.113.0/24"; absent where `auth.describeDevices` is off. */
  network?: string;
}

/** How far {@link SessionRegistry.revokeEveryone} is. */
export interface RevocationProgress {
  /** Sessions ended so far. How many there are, only the walk through Redis shows. */
  ended: number;
}

/** Everybody's sessions: shows and ends them, wherever they are in use. */
@Injectable()
export class SessionRegistry {
  constructor(
    private readonly store: RedisSessionStore,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /**
   * The sessions of a user that are alive, the last used one first; none for somebody without. One round trip for the list and one for
   * each 1,000 sessions.
   *
   * To tell which of them is the one of a request, compare with `handleOf(session)`.
   *
   * @throws StoreUnavailableError
   */
  async list(userId: string): Promise<ListedSession[]> {
    const entries = await this.store.users.entries(userId);
    const inspected = await this.store.keeper.inspect(entries.map(({ handle }) => handle));
    const now = this.clock.now();
    return inspected
      .flatMap(({ handle, meta }) => {
        const auth = meta?.auth;
        if (meta === undefined || auth?.userId !== userId || deadlineOf(meta) <= now) return [];
        const { createdAt, lastActiveAt, policy } = meta;
        return {
          handle,
          createdAt,
          lastActiveAt,
          expiresAt: deadlineOf(meta),
          authenticatedAt: auth.authenticatedAt,
          level: auth.isStale === true ? ('remembered' as const) : ('fresh' as const),
          remembered: policy.fresh !== undefined,
          device: auth.device,
          network: auth.network,
        };
      })
      .toSorted((one, other) => other.lastActiveAt - one.lastActiveAt || other.createdAt - one.createdAt);
  }

  /**
   * Ends one session by its handle. A request that works with it at this moment cannot write it back and is answered 401
   * `SESSION_ENDED` if it changed something.
   *
   * @param how.userId only if it is a session of this user. Give it wherever a user names the handle: handles are no secret
   * @returns whether there was such a session; ending one twice is no error
   * @throws StoreUnavailableError if it is not certain that it is ended
   * @example await this.registry.revoke(body.handle, { userId: user.userId });
   */
  async revoke(handle: string, how: { userId?: string } = {}): Promise<boolean> {
    if (how.userId !== undefined) {
      const [found] = await this.store.keeper.inspect([handle]);
      // Whose a session is never changes.
      if (found?.meta?.auth?.userId !== how.userId) return false;
    }
    return (await this.store.keeper.end(handle, 'revoked')) !== undefined;
  }

  /**
   * Ends all sessions of a user that began before this call, those included whose login is being answered now. After it returns,
   * exactly the sessions exist whose login began later.
   *
   * When a password was changed, change it first and call `LoginService.credentialsChanged` then.
   *
   * @param how.except handle of a session that stays, such as the one that asked
   * @returns how many were ended
   * @throws StoreUnavailableError if it is not certain that all are ended; calling it again is safe
   */
  async revokeAll(userId: string, how: { except?: string } = {}): Promise<number> {
    const listed = (await this.store.users.mark(userId)).filter((handle) => handle !== how.except);
    let ended = 0;
    for (let start = 0; start < listed.length; start += AT_ONCE) {
      const part = listed.slice(start, start + AT_ONCE);
      ended += await this.endAll(part);
      await this.store.users.leave(userId, part);
    }
    this.events.emit({ type: 'sessions.revoked', userId, ended });
    return ended;
  }

  /**
   * Ends the sessions of everybody: of all users whose login began before this call, those included that are being answered now, and
   * of visitors who are not logged in. Walks through the whole keyspace of Redis without holding up others, so it takes its time:
   * about a minute for a million sessions.
   *
   * @param how.except handle of a session that stays, such as that of the administrator who asked
   * @param how.onProgress called after each batch
   * @returns how many were ended
   * @throws StoreUnavailableError if it is not certain that all are ended; calling it again is safe
   */
  async revokeEveryone(
    how: { except?: string; onProgress?: (progress: RevocationProgress) => void } = {},
  ): Promise<number> {
    const number = await this.store.users.markEveryone();
    let ended = 0;
    for await (const handles of this.store.handles(AT_ONCE)) {
      const found = await this.store.keeper.inspect(handles.filter((handle) => handle !== how.except));
      // A login that began after the mark may already stand among the keys.
      const before = found.filter(({ meta }) => (meta?.auth?.revocation ?? -1) < number);
      ended += await this.endAll(before.map(({ handle }) => handle));
      how.onProgress?.({ ended });
    }
    this.events.emit({ type: 'sessions.revoked', ended });
    return ended;
  }

  private async endAll(handles: readonly string[]): Promise<number> {
    const results = await Promise.all(handles.map((handle) => this.store.keeper.end(handle, 'revoked')));
    return results.filter((result) => result !== undefined).length;
  }
}
