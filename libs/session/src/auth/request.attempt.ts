import { HttpException, HttpStatus } from '@nestjs/common';
import { StoreUnavailableError } from '../common/index.js';
import type { RequestSession } from '../http/index.js';
import {
  type ChallengedAttempt,
  type LoginAttemptLimiter,
  type LoginAttemptVerdict,
  type ResolvedChallenge,
  UNLIMITED,
} from '../login-attempts/index.js';
import type { DeviceCookie } from './device.cookie.js';
import { waitForMultiple } from './minimum-time.js';

/** On what an attempt is made. */
export interface AttemptSubject {
  account: string;
  purpose?: string;
}

/** What an attempt of a request needs to be settled. */
interface AttemptParts {
  limiter: LoginAttemptLimiter;
  /** Absent where no device is to be known. */
  devices?: DeviceCookie;
  /** Absent where there is no answer to set a cookie on. */
  session?: RequestSession;
}

interface AttemptFacts {
  subject: AttemptSubject;
  verdict: LoginAttemptVerdict;
  device?: string;
  startedAt: number;
  minimumTime: number;
}

/** An attempt that a request may make; exactly one of `succeed`, `fail` and `release` counts, the first. */
export class RequestAttempt {
  private isSettled = false;

  constructor(
    private readonly parts: AttemptParts,
    private readonly facts: AttemptFacts,
  ) {}

  /** Whether the password counts as wrong, even if it is right. */
  get isDisabled(): boolean {
    return this.facts.verdict.isDisabled;
  }

  /** Whether the account was logged in to on this device before; `undefined` where no device is known. */
  get device(): 'known' | 'new' | undefined {
    const { verdict } = this.facts;
    if (this.parts.devices === undefined || verdict.ticket === undefined) return undefined;
    return verdict.isKnownDevice ? 'known' : 'new';
  }

  isOn({ account, purpose }: AttemptSubject): boolean {
    const { subject, verdict } = this.facts;
    return verdict === UNLIMITED || (subject.account === account && subject.purpose === purpose);
  }

  /** What a challenge is told of the attempt, and whether there has to be one. */
  challengedBy(challenge: ResolvedChallenge | undefined): ChallengedAttempt & { isAsked: boolean } {
    const { subject, verdict } = this.facts;
    const { attempts } = verdict;
    const after = challenge?.after ?? { account: Infinity, address: Infinity, pair: Infinity };
    const isAsked =
      attempts.account > after.account || attempts.address > after.address || attempts.pair > after.pair;
    return { account: subject.account, attempts, isAsked: isAsked && !verdict.isKnownDevice };
  }

  /**
   * The password was right.
   *
   * @param who.remembersDevice whether the device is known from now on
   * @returns how many attempts on the account had failed in a row before
   * @throws StoreUnavailableError
   */
  async succeed(who: { userId?: string; remembersDevice: boolean }): Promise<number> {
    if (!this.settle()) return 0;
    const { limiter, devices, session } = this.parts;
    const { verdict, device } = this.facts;
    const isKept = who.remembersDevice && devices !== undefined && session !== undefined;
    if (!isKept || who.userId === undefined || verdict.ticket === undefined) return limiter.succeed(verdict);
    const token = device ?? devices.newToken();
    const failures = await limiter.succeed(verdict, { userId: who.userId, device: token });
    session.addCookie(devices.write(token));
    return failures;
  }

  /**
   * The password was wrong. Returns when the answer may leave, see `loginAttempts.minimumTime`.
   *
   * @param userId whose account it is, if it exists
   */
  async fail(userId?: string): Promise<void> {
    if (!this.settle()) return;
    const { startedAt, minimumTime, verdict } = this.facts;
    // It is counted already, and wrong: that Redis went away meanwhile must not become another answer.
    await this.parts.limiter.fail(verdict, { userId }).catch(ignoreOutage);
    await waitForMultiple(startedAt, minimumTime);
  }

  /**
   * Whoever was to check the password threw. Below 500 that says that the client was wrong, as those do it who throw
   * `UnauthorizedException`; anything else, that something is broken and nothing was checked.
   */
  async threw(error: unknown): Promise<void> {
    const isOfClient = error instanceof HttpException && error.getStatus() < HttpStatus.INTERNAL_SERVER_ERROR;
    await (isOfClient ? this.fail() : this.release());
  }

  /** The password was not checked. */
  async release(): Promise<void> {
    if (this.settle()) await this.parts.limiter.release(this.facts.verdict).catch(ignoreOutage);
  }

  /** Whether nobody has told before how it ended, as a handler with LoginService does before the interceptor. */
  private settle(): boolean {
    const isFirst = !this.isSettled;
    this.isSettled = true;
    return isFirst;
  }
}

function ignoreOutage(error: unknown): void {
  if (!(error instanceof StoreUnavailableError)) throw error;
}
