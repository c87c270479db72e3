import { Injectable } from '@nestjs/common';
import {
  type CurrentSession,
  handleOf,
  RedisConnection,
  RedisSessionStore,
  SessionService,
} from 'nestjs-redis-session';
import { MAX_SESSION_BYTES } from '../session.limits.js';
import { moreHistory } from './history.js';
import { measure, type SessionSize } from './session.measure.js';

/** Looks at a session as Redis holds it, and makes it larger and smaller. */
@Injectable()
export class SessionSizeService {
  constructor(
    private readonly connection: RedisConnection,
    private readonly store: RedisSessionStore,
    private readonly sessions: SessionService,
  ) {}

  /** The size of what is stored, without what this request changes. */
  async measure(session: CurrentSession): Promise<SessionSize> {
    const key = this.keyOf(session);
    return measure(
      await this.connection.run((client) => client.get(key), { repeatable: true }),
      MAX_SESSION_BYTES,
    );
  }

  /** The key that a session has in Redis. */
  keyOf(session: CurrentSession): string {
    return this.store.prefix + (handleOf(session) ?? '');
  }

  /** Adds to the history. @throws SessionTooLargeError (413 for the client), and then nothing is added */
  async addHistory(session: CurrentSession, kilobytes: number): Promise<void> {
    await this.sessions.update(session, (data) => {
      const history = data.activityHistory ?? [];
      data.activityHistory = [...history, ...moreHistory(kilobytes, history.length)];
    });
  }

  async removeHistory(session: CurrentSession): Promise<void> {
    await this.sessions.update(session, (data) => {
      delete data.activityHistory;
    });
  }
}
