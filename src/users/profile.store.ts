import { Injectable } from '@nestjs/common';
import {
  RedisConnection,
  SessionStoreUnavailableException,
  StoreUnavailableError,
} from 'nestjs-redis-session';
import type { Profile } from './user.js';

/** Seven days, in seconds. */
const KEPT_FOR = 604_800;

/**
 * The profiles of users as Redis keeps them beside the sessions, so that services without the database can read them:
 * `SET user_profile:<id> <JSON> EX 604800`. The session itself stays small: it is loaded with every request.
 */
@Injectable()
export class ProfileStore {
  constructor(private readonly redis: RedisConnection) {}

  /** Keeps it for seven days from now. @throws SessionStoreUnavailableException 503 if it is not certain that it is kept */
  async put(profile: Profile): Promise<void> {
    const text = JSON.stringify(profile);
    await this.redis
      .run((client) => client.set(keyOf(profile.userId), text, 'EX', KEPT_FOR), { repeatable: true })
      .catch(unavailable);
  }

  /** `undefined` if none is kept. @throws SessionStoreUnavailableException 503 */
  async find(userId: string): Promise<Profile | undefined> {
    const text = await this.redis
      .run((client) => client.get(keyOf(userId)), { repeatable: true })
      .catch(unavailable);
    return text === null ? undefined : (JSON.parse(text) as Profile);
  }
}

const keyOf = (userId: string): string => `user_profile:${userId}`;

function unavailable(cause: unknown): never {
  throw cause instanceof StoreUnavailableError ? new SessionStoreUnavailableException({ cause }) : cause;
}
