import { Injectable } from '@nestjs/common';
import { RedisSessionStore } from '../store/index.js';

/** Sessions ended at one time; each is a command of its own, because they may live on different nodes. */
const AT_ONCE = 100;

/** Everybody's sessions: ends them, wherever they are in use. */
@Injectable()
export class SessionRegistry {
  constructor(private readonly store: RedisSessionStore) {}

  /**
   * Ends one session by its handle. A request that works with it at this moment cannot write it back and is answered 401
   * `SESSION_ENDED` if it changed something.
   *
   * @returns whether there was such a session; ending one twice is no error
   * @throws StoreUnavailableError if it is not certain that it is ended
   */
  async revoke(handle: string): Promise<boolean> {
    return (await this.store.keeper.end(handle, 'revoked')) !== undefined;
  }

  /**
   * Ends all sessions of a user that began before this call, those included whose login is being answered now. After it returns,
   * exactly the sessions exist whose login began later.
   *
   * When a password was changed, change it first and call this then.
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
      const results = await Promise.all(part.map((handle) => this.store.keeper.end(handle, 'revoked')));
      ended += results.filter(Boolean).length;
      await this.store.users.leave(userId, part);
    }
    return ended;
  }
}
