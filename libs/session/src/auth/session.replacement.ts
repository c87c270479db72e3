import { Injectable } from '@nestjs/common';
import {
  Clock,
  SessionEndedError,
  type SessionEndReason,
  SessionLimitException,
  SessionReadOnlyError,
} from '../common/index.js';
import type { CurrentSession, RequestSession, SessionRequest } from '../http/index.js';
import {
  type Admission,
  authenticate,
  dataOf,
  handleOf,
  type SessionAuth,
  type SessionPolicy,
} from '../session/index.js';
import type { ResolvedAuthOptions } from './auth.options.js';

/** The session that a request is to get in place of the one it has. */
export interface Replacement {
  auth: SessionAuth;
  policy: SessionPolicy;
  /** When the session began, where the new one goes on with the time of the one before. */
  createdAt?: number;
  /** The number of the latest revocation, read before whatever made sure who this is. */
  since: number;
  /** Whether a field of the session before goes over into the new one. */
  takes: (field: string) => boolean;
  /** Fields of the new session, over those. */
  data?: Record<string, unknown>;
  /** Why the session before ends. */
  reason: SessionEndReason;
}

/**
 * Gives a request a session with a new handle and a new secret in place of the one it has. The order of steps is what makes it safe:
 *
 *   admit    the new session is listed, if the user may have one more
 *   save     it is written
 *   settle   was anything revoked since? then it is ended again
 *   close    the one before ends; what others wrote into it until then comes over too
 *   evict    the oldest sessions of the user end, if there are too many
 *
 * Were the one before ended first and the new one not written, the visitor's cart would be lost.
 */
@Injectable()
export class SessionReplacement {
  constructor(
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws SessionLimitException, with the request's session as it was; SessionEndedError if the user's sessions were revoked since;
   *   StoreUnavailableError
   */
  async replace(
    request: SessionRequest,
    requestSession: RequestSession,
    replacement: Replacement,
  ): Promise<CurrentSession> {
    const { auth, policy, since, takes, data, reason } = replacement;
    const { userId } = auth;
    const { keeper, users } = requestSession.store;
    const { session: before } = request;
    if (keeper.isReader) throw new SessionReadOnlyError('a login creates a session.');
    const session = requestSession.renew();
    const handle = handleOf(session) ?? '';
    const limit = this.options.maxSessions(auth);
    const admission = {
      handle,
      limit: this.options.onLimit === 'refuse' ? limit : undefined,
      replaces: before && handleOf(before),
    };
    const at = await this.admit(requestSession, userId, admission);
    if (at === undefined) {
      request.session = before;
      request.sessionID = before?.id;
      throw new SessionLimitException();
    }
    const taken = before ? pick(dataOf(before), takes) : {};
    Object.assign(session, taken, data);
    const listedUntil = authenticate(session, {
      auth: { ...auth, admittedAt: at, revocation: since },
      policy,
      createdAt: replacement.createdAt,
    });
    await keeper.save(session, { force: true, durable: 'login' });
    const lives = listedUntil - this.clock.now();
    const { isRevoked, count } = await users.settle(userId, { handle, lives, since });
    if (isRevoked) {
      await keeper.end(session.id, 'revoked');
      throw new SessionEndedError(handle);
    }
    if (before) {
      const newest = pick(await keeper.close(before, reason), takes);
      for (const name of Object.keys(taken)) if (!(name in newest)) Reflect.deleteProperty(session, name);
      Object.assign(session, newest, data);
    }
    if (limit !== undefined && count > limit) await this.evict(requestSession, userId, limit);
    return session;
  }

  /** @returns when the session was listed, or `undefined` if the user has as many as allowed */
  private async admit(
    { store: { keeper, users } }: RequestSession,
    userId: string,
    admission: Admission,
  ): Promise<number | undefined> {
    const { isAdmitted, at } = await users.admit(userId, admission);
    if (isAdmitted) return at;
    // Sessions that expired, or were removed by hand, may still be listed, and must not keep their user out.
    const settled = (await users.entries(userId)).filter(({ isSettled }) => isSettled);
    const found = await keeper.inspect(settled.map(({ handle }) => handle));
    const gone = found.filter(({ isStored }) => !isStored).map(({ handle }) => handle);
    if (gone.length === 0) return undefined;
    await users.leave(userId, gone);
    const again = await users.admit(userId, admission);
    return again.isAdmitted ? again.at : undefined;
  }

  /** Logins at one time agree on who is the oldest, because the order is the one in which Redis admitted them. */
  private async evict({ store }: RequestSession, userId: string, limit: number): Promise<void> {
    const { keeper, users } = store;
    const found = await keeper.inspect((await users.entries(userId)).map(({ handle }) => handle));
    const alive = found.flatMap(({ handle, meta }) =>
      meta?.auth?.userId === userId
        ? { handle, since: meta.auth.admittedAt ?? meta.createdAt * MICROSECONDS }
        : [],
    );
    const oldest = alive
      .toSorted((one, other) => other.since - one.since || (one.handle < other.handle ? -1 : 1))
      .slice(limit);
    await Promise.all(oldest.map(({ handle }) => keeper.end(handle, 'evicted')));
  }
}

/** In a millisecond. */
const MICROSECONDS = 1_000;

const pick = (fields: Record<string, unknown>, takes: (field: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => takes(name)));
