import { InvalidCredentialsException, type SessionEventOf, type SessionEvents } from '../common/index.js';
import type { AnyRequest, RequestSession } from '../http/index.js';
import { type LoginAttempt, type Verified, WrongPassword } from './login.attempt.js';
import type { AttemptSubject } from './request.attempt.js';
import type { RequestAttempts } from './request.attempts.js';
import type { Identity } from './session.user.js';

/** A password that somebody gave. */
interface PasswordToCheck<I extends Identity> {
  subject: AttemptSubject;
  verify: LoginAttempt<I>['verify'];
  /** Who it must be; `undefined` at a login. */
  userId?: string;
  /** The name that was typed. */
  account?: string;
}

/** What is told of the attempts before the one that succeeded. */
type AttemptsBefore = Pick<SessionEventOf<'login.succeeded'>, 'failures' | 'device'>;

/** Has the application check a password, as often as attempts are left. */
export class PasswordCheck {
  constructor(
    private readonly attempts: RequestAttempts,
    private readonly events: SessionEvents,
  ) {}

  /**
   * Counts the attempt and reads the number of the latest revocation, both in one round trip and before the password is checked: what
   * is revoked after that moment must not survive.
   *
   * @throws InvalidCredentialsException, LoginBlockedException and the others of `RequestAttempts.begin`; what `verify` throws
   */
  async run<I extends Identity>(
    request: AnyRequest,
    requestSession: RequestSession,
    { subject, verify, ...who }: PasswordToCheck<I>,
  ): Promise<{ identity: I; since: number; before: AttemptsBefore }> {
    let asked: Promise<number> | undefined;
    const latest = (): Promise<number> => (asked ??= requestSession.store.users.latest());
    // Not for an attempt that is refused from memory: an attack is to cost Redis nothing.
    const attempt = await requestSession.calling(() =>
      this.attempts.begin(request, subject, () => void latest().catch(() => undefined)),
    );
    const since = await requestSession.calling(latest);
    let verified: Verified<I>;
    try {
      verified = await verify();
    } catch (error) {
      await attempt.threw(error);
      throw error;
    }
    const wrong = verified instanceof WrongPassword ? verified.userId : undefined;
    const identity = verified && !(verified instanceof WrongPassword) ? verified : undefined;
    const isMeant = identity !== undefined && (who.userId === undefined || who.userId === identity.userId);
    if (!isMeant || attempt.isDisabled) {
      const userId = wrong ?? who.userId ?? identity?.userId;
      const reason = isMeant ? 'disabled' : 'credentials';
      this.events.emit({ type: 'login.failed', reason, userId, account: who.account });
      await attempt.fail(userId);
      throw new InvalidCredentialsException();
    }
    const isLogin = who.userId === undefined;
    const failures = await requestSession.calling(() =>
      attempt.succeed({ userId: identity.userId, remembersDevice: isLogin }),
    );
    return {
      identity,
      since,
      before: { failures: failures > 0 ? failures : undefined, device: attempt.device },
    };
  }
}
