import { Injectable } from '@nestjs/common';
import {
  Clock,
  SessionEndedError,
  type SessionEventOf,
  SessionEvents,
  SessionLimitException,
  UnauthenticatedException,
} from '../common/index.js';
import {
  type AnyRequest,
  type CurrentSession,
  rawRequest,
  type RequestSession,
  requestSessionOf,
  type SessionRequest,
} from '../http/index.js';
import { lifeAfterLogin, requestedFor } from '../remember-me/index.js';
import {
  authOf,
  createdAtOf,
  handleOf,
  policyOf,
  type SessionAuth,
  SessionRegistry,
} from '../session/index.js';
import { clientOf } from './client.description.js';
import { type LoginAttempt, type LoginOptions, type Reauthentication } from './login.attempt.js';
import type { PasswordCheck } from './password.check.js';
import type { RequestAttempts } from './request.attempts.js';
import { type Replacement, SessionReplacement } from './session.replacement.js';
import type { Identity } from './session.user.js';

interface LoginParts {
  replacement: SessionReplacement;
  check: PasswordCheck;
  attempts: RequestAttempts;
  registry: SessionRegistry;
}

type LoginFailure = Omit<SessionEventOf<'login.failed'>, 'type'>;

/** Logs users in and out. */
@Injectable()
export class LoginService {
  constructor(
    private readonly options: LoginOptions,
    private readonly parts: LoginParts,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Logs in: counts the attempt, checks the password with the application's `verify`, and gives the request a session with a new id, so that an id
   * that was planted before is worth nothing (ASVS 7.2.4). Only `auth.carryOver` is taken over. Stored when it returns.
   *
   * @returns what `verify` returned
   * @throws InvalidCredentialsException 401 if `verify` says no; LoginBlockedException 429 if there were too many attempts, see
   *   `loginAttempts`; InvalidAccountException 400; SessionLimitException 409 if `auth.onLimit` refuses one more
   *   session; SessionEndedException 401 if the user's sessions were revoked meanwhile; what `verify` throws;
   *   SessionStoreUnavailableException 503
   * @example
   * const user = await this.logins.login(request, {
   *   account: body.username,
   *   verify: () => this.users.check(body.username, body.password),
   *   rememberMe: body.rememberMe,
   * });
   */
  async login<I extends Identity>(request: AnyRequest, attempt: LoginAttempt<I>): Promise<I> {
    const { raw, requestSession } = this.open(request);
    const { account, rememberMe, verify } = attempt;
    const { identity, since, before } = await this.parts.check.run(request, requestSession, {
      subject: { account },
      verify,
      account,
    });
    const session = await this.replace(raw, requestSession, {
      auth: this.authFor(identity, request),
      account,
      policy: lifeAfterLogin(rememberMe, this.ordinaryLife(identity), this.options.rememberMe),
      since,
      takes: (field) => this.options.auth.carryOver.includes(field),
      data: attempt.data?.(identity),
      reason: 'regenerated',
    });
    this.events.emit({
      type: 'login.succeeded',
      handle: handleOf(session) ?? '',
      userId: identity.userId,
      remembered: rememberMe === true,
      account,
      ...before,
    });
    return identity;
  }

  /**
   * Asks whoever is logged in for the password again, for what only a fresh login may do. Right, it gives the session a new handle
   * and secret and starts its timeouts anew (ASVS 7.2.4); all its data and "remember me" stay.
   *
   * @returns what `verify` returned
   * @throws UnauthenticatedException 401 if nobody is logged in; InvalidCredentialsException 401 if `verify` says no or names
   *   somebody else, and then the session stays as it was; otherwise as {@link login}
   * @example
   * await this.logins.reauthenticate(request, { verify: () => this.users.check(user.name, body.password) });
   */
  async reauthenticate<I extends Identity>(request: AnyRequest, how: Reauthentication<I>): Promise<I> {
    const { raw, requestSession } = this.open(request);
    const before = raw.session;
    const auth = authOf(before);
    if (before === undefined || auth === undefined) throw new UnauthenticatedException();
    const { userId } = auth;
    const { identity, since } = await this.parts.check.run(request, requestSession, {
      subject: { account: userId, purpose: 'reauthenticate' },
      verify: how.verify,
      userId,
    });
    const life = this.ordinaryLife(identity);
    const policy = policyOf(before) ?? life;
    const session = await this.replace(raw, requestSession, {
      auth: this.authFor(identity, request),
      policy: lifeAfterLogin(requestedFor(policy), life, this.options.rememberMe),
      since,
      takes: () => true,
      reason: 'reauthenticated',
    });
    this.events.emit({
      type: 'login.reauthenticated',
      handle: handleOf(session) ?? '',
      before: handleOf(before) ?? '',
      userId: identity.userId,
    });
    return identity;
  }

  /**
   * Ends all sessions of a user whose password or other factor was changed or removed (ASVS 7.4.3), and forgets on which devices the user
   * has logged in. Change it first and call this then: a login that is checking the old one at this moment does not survive.
   *
   * @param how.keepCurrent the request whose session is to go on; it gets a new handle and secret, so that a copy of its cookie is worth
   *   nothing any more. Leave it out where nobody is logged in, as when a password is reset by mail
   * @returns how many sessions were ended besides that one
   * @throws SessionStoreUnavailableException 503 if it is not certain that all are ended; calling it again is safe
   */
  async credentialsChanged(userId: string, how: { keepCurrent?: AnyRequest } = {}): Promise<number> {
    if (how.keepCurrent === undefined) {
      const ended = await this.parts.registry.revokeAll(userId);
      await this.parts.attempts.passwordChanged(userId);
      return ended;
    }
    const { raw, requestSession } = this.open(how.keepCurrent);
    const { session } = raw;
    const auth = authOf(session);
    const policy = session && policyOf(session);
    const kept = auth?.userId === userId && session ? handleOf(session) : undefined;
    const request = kept === undefined ? undefined : how.keepCurrent;
    const ended = await requestSession.calling(async () => {
      const count = await this.parts.registry.revokeAll(userId, { except: kept });
      await this.parts.attempts.passwordChanged(userId, request);
      return count;
    });
    if (kept === undefined || auth === undefined || policy === undefined) return ended;
    const since = await requestSession.calling(() => requestSession.store.users.latest());
    await this.replace(raw, requestSession, {
      auth,
      policy,
      // Nobody gave a password, so nothing starts anew.
      createdAt: session && createdAtOf(session),
      since,
      takes: () => true,
      reason: 'regenerated',
    });
    return ended;
  }

  /**
   * Logs out: ends the session for good, makes the browser forget the cookie and what pages stored in it, and gives the request
   * a new, empty session. Does no harm when nobody is logged in.
   *
   * @throws SessionStoreUnavailableException 503 if it is not certain that the session is ended
   */
  async logout(request: AnyRequest): Promise<void> {
    const { raw, requestSession } = this.open(request);
    const { session } = raw;
    if (session) {
      const reason = authOf(session) === undefined ? 'destroyed' : 'logout';
      await requestSession.calling(() => requestSession.store.keeper.end(session.id, reason));
    }
    requestSession.renew();
    // Not "cookies": that would also erase what other parts of the site keep there (ASVS 14.3.1).
    requestSession.response.setHeader('Clear-Site-Data', '"storage"');
    requestSession.response.setHeader('Cache-Control', 'no-store');
  }

  private async replace(
    raw: SessionRequest,
    requestSession: RequestSession,
    { account, ...replacement }: Replacement & { account?: string },
  ): Promise<CurrentSession> {
    const { userId } = replacement.auth;
    try {
      const { probe } = this.events.measuring;
      const replaced = (): Promise<CurrentSession> =>
        this.parts.replacement.replace(raw, requestSession, replacement);
      return await (probe === undefined ? replaced() : probe.measure('regenerate', replaced));
    } catch (error) {
      if (error instanceof SessionLimitException) {
        this.failed({ reason: 'session-limit', userId, account });
        throw error;
      }
      if (error instanceof SessionEndedError) this.failed({ reason: 'revoked', userId, account });
      throw requestSession.fail(error);
    }
  }

  private failed(failure: LoginFailure): void {
    this.events.emit({ type: 'login.failed', ...failure });
  }

  private authFor({ userId, roles = [] }: Identity, request: AnyRequest): SessionAuth {
    const client = this.options.auth.describeDevices ? clientOf(request) : {};
    return { userId, roles: [...roles], authenticatedAt: this.clock.now(), ...client };
  }

  private ordinaryLife({ userId, roles = [] }: Identity) {
    const { session, cookie } = this.options;
    const own = session.timeoutsOf({ userId, roles });
    return {
      idle: own.idleTimeout ?? session.idleTimeout,
      absolute: own.absoluteTimeout ?? session.absoluteTimeout,
      persistent: cookie.persistent,
    };
  }

  private open(request: AnyRequest): { raw: SessionRequest; requestSession: RequestSession } {
    const raw = rawRequest(request);
    const requestSession = requestSessionOf(raw);
    if (requestSession === undefined) {
      throw new TypeError(
        'LoginService got something that is no request with a session. Pass the request of the controller: @Req() request.',
      );
    }
    return { raw, requestSession };
  }
}
