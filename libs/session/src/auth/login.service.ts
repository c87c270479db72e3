import { Injectable } from '@nestjs/common';
import { Clock, InvalidCredentialsException, SessionEndedError, SessionEvents } from '../common/index.js';
import { type AnyRequest, rawRequest, type RequestSession, requestSessionOf } from '../http/index.js';
import { lifeAfterLogin, type ResolvedRememberMeOptions } from '../remember-me/index.js';
import { authenticate, authOf, handleOf, type ResolvedSessionOptions } from '../session/index.js';
import type { ResolvedAuthOptions } from './auth.options.js';
import type { Identity } from './session.user.js';

/** One attempt to log in. */
export interface LoginAttempt<I extends Identity> {
  /** The name that was typed. */
  account: string;
  /** The application's own check of the password: the user, or `undefined`, `null` or `false` if it is wrong. */
  verify: () => Promise<I | undefined | null | false> | I | undefined | null | false;
  /**
   * Whether "remember me" was ticked. `false` gives a cookie that ends with the browser.
   *
   * @default undefined: there is no such box, and the cookie is as it is for everybody
   */
  rememberMe?: boolean;
  /**
   * Fields to put into the user's session at once, so that the login stores it only once.
   *
   * @example data: (user) => ({ username: user.name })
   */
  data?: (identity: I) => Record<string, unknown>;
}

/** The options of the rooms that a login brings together. */
export interface LoginOptions {
  auth: ResolvedAuthOptions;
  session: ResolvedSessionOptions;
  rememberMe: ResolvedRememberMeOptions;
}

/** Logs users in and out. */
@Injectable()
export class LoginService {
  constructor(
    private readonly options: LoginOptions,
    private readonly clock: Clock,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Logs in: checks the password with the application's `verify`, and gives the request a session with a new id, so that an id
   * that was planted before is worth nothing (ASVS 7.2.4). Only `auth.carryOver` is taken over. Stored when it returns.
   *
   * @returns what `verify` returned
   * @throws InvalidCredentialsException 401 if `verify` says no; what `verify` throws; SessionStoreUnavailableException 503
   * @example
   * const user = await this.logins.login(request, {
   *   account: body.username,
   *   verify: () => this.users.check(body.username, body.password),
   *   rememberMe: body.rememberMe,
   * });
   */
  async login<I extends Identity>(request: AnyRequest, attempt: LoginAttempt<I>): Promise<I> {
    const raw = rawRequest(request);
    const requestSession = this.sessionOf(raw);
    const { store } = requestSession;
    // Before the password is checked: what is revoked after this moment must not survive.
    const revocation = await store.users.latest().catch((error: unknown) => {
      throw requestSession.fail(error);
    });
    const identity = await attempt.verify();
    if (!identity) {
      this.events.emit({ type: 'login.failed', reason: 'credentials', account: attempt.account });
      throw new InvalidCredentialsException();
    }
    const before = raw.session;
    const carried = Object.entries(before ?? {}).filter(([name]) =>
      this.options.auth.carryOver.includes(name),
    );
    try {
      const session = requestSession.renew();
      Object.assign(session, Object.fromEntries(carried), attempt.data?.(identity));
      const timeouts = ordinaryTimeouts(this.options.session, identity);
      const auth = {
        userId: identity.userId,
        roles: [...(identity.roles ?? [])],
        authenticatedAt: this.clock.now(),
      };
      authenticate(session, auth, lifeAfterLogin(attempt.rememberMe, timeouts, this.options.rememberMe));
      await store.keeper.save(session, { force: true });
      if (await store.users.isRevokedSince(identity.userId, revocation)) {
        await store.keeper.end(session.id, 'revoked');
        throw new SessionEndedError(handleOf(session) ?? '');
      }
      // The old one last: were it ended first and the new one not stored, the visitor's cart would be lost.
      if (before) await store.keeper.end(before.id, 'regenerated');
      this.events.emit({
        type: 'login.succeeded',
        handle: handleOf(session) ?? '',
        userId: identity.userId,
        remembered: attempt.rememberMe === true,
        account: attempt.account,
      });
      return identity;
    } catch (error) {
      throw requestSession.fail(error);
    }
  }

  /**
   * Logs out: ends the session for good, makes the browser forget the cookie and what pages stored in it, and gives the request
   * a new, empty session. Does no harm when nobody is logged in.
   *
   * @throws SessionStoreUnavailableException 503 if it is not certain that the session is ended
   */
  async logout(request: AnyRequest): Promise<void> {
    const raw = rawRequest(request);
    const requestSession = this.sessionOf(raw);
    try {
      if (raw.session) {
        await requestSession.store.keeper.end(
          raw.session.id,
          authOf(raw.session) === undefined ? 'destroyed' : 'logout',
        );
      }
      requestSession.renew();
    } catch (error) {
      throw requestSession.fail(error);
    }
    // Not "cookies": that would also erase what other parts of the site keep there (ASVS 14.3.1).
    requestSession.response.setHeader('Clear-Site-Data', '"storage"');
    requestSession.response.setHeader('Cache-Control', 'no-store');
  }

  private sessionOf(request: ReturnType<typeof rawRequest>): RequestSession {
    const found = requestSessionOf(request);
    if (found === undefined) {
      throw new TypeError(
        'LoginService got something that is no request with a session. Pass the request of the controller: @Req() request.',
      );
    }
    return found;
  }
}

function ordinaryTimeouts(
  { timeoutsOf, idleTimeout, absoluteTimeout }: ResolvedSessionOptions,
  { userId, roles = [] }: Identity,
): { idleTimeout: number; absoluteTimeout: number } {
  const own = timeoutsOf({ userId, roles });
  return {
    idleTimeout: own.idleTimeout ?? idleTimeout,
    absoluteTimeout: own.absoluteTimeout ?? absoluteTimeout,
  };
}
