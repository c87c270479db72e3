import { Injectable } from '@nestjs/common';
import {
  ChallengeRequiredException,
  LoginBlockedException,
  seconds,
  type SessionEvents,
} from '../common/index.js';
import { type AnyRequest, type RequestSession, rawRequest, requestSessionOf } from '../http/index.js';
import {
  type LoginAttemptLimiter,
  type LoginAttemptVerdict,
  type ResolvedLoginAttemptsOptions,
  UNLIMITED,
} from '../login-attempts/index.js';
import { addressOf } from './client.description.js';
import type { DeviceCookie } from './device.cookie.js';
import { type AttemptSubject, RequestAttempt } from './request.attempt.js';

/** Attempts to log in as requests make them: who asks, from where and with which device, and what the answer tells of limits. */
@Injectable()
export class RequestAttempts {
  /** Attempts that a guard has counted and nobody has settled yet. */
  private readonly held = new WeakMap<object, RequestAttempt>();

  constructor(
    private readonly limiter: LoginAttemptLimiter,
    private readonly options: ResolvedLoginAttemptsOptions,
    private readonly parts: { readonly devices: DeviceCookie; readonly events: SessionEvents },
  ) {}

  /**
   * Counts an attempt, once for a request and its subject.
   *
   * @param whenAsking as in `LoginAttemptLimiter.reserve`
   * @throws LoginBlockedException 429, with `Retry-After`; ChallengeRequiredException 403; InvalidAccountException 400;
   *   StoreUnavailableError; what `challenge.check` throws
   */
  async begin(
    request: AnyRequest,
    subject: AttemptSubject,
    whenAsking?: () => void,
  ): Promise<RequestAttempt> {
    const startedAt = performance.now();
    const raw = rawRequest(request);
    const held = this.held.get(raw);
    if (held?.isOn(subject) === true) return held;
    const device = this.parts.devices.read(raw.headers.cookie);
    const source = { ...subject, address: addressOf(request), device };
    const verdict = await this.limiter.reserve(source, whenAsking);
    const session = requestSessionOf(raw);
    if (session !== undefined) this.tellAddress(session, verdict);
    if (!verdict.allowed) {
      const refusal = new LoginBlockedException(verdict.retryAfter);
      setHeader(session, 'Retry-After', refusal.retryAfter);
      throw refusal;
    }
    const attempt = new RequestAttempt(
      { limiter: this.limiter, devices: this.options.device && this.parts.devices, session },
      { subject, verdict, device, startedAt, minimumTime: this.options.minimumTime },
    );
    await this.challenge(request, attempt);
    return attempt;
  }

  /** Keeps an attempt for whoever settles it later in the same request. */
  hold(request: AnyRequest, attempt: RequestAttempt): void {
    this.held.set(rawRequest(request), attempt);
  }

  /** Lets a request try without being counted, for what is no attempt of a client. */
  exempt(request: AnyRequest): void {
    const { limiter, options } = this;
    const facts = { subject: { account: '' }, verdict: UNLIMITED, startedAt: performance.now() };
    this.hold(request, new RequestAttempt({ limiter }, { ...facts, minimumTime: options.minimumTime }));
  }

  /** The attempt that a guard has counted for a request. */
  heldBy(request: AnyRequest): RequestAttempt | undefined {
    return this.held.get(rawRequest(request));
  }

  /**
   * Forgets the devices of a user whose password changed.
   *
   * @param kept the request whose device stays known, under a new token
   * @throws StoreUnavailableError
   */
  async passwordChanged(userId: string, kept?: AnyRequest): Promise<void> {
    const raw = kept && rawRequest(kept);
    const before = raw && this.parts.devices.read(raw.headers.cookie);
    if (raw === undefined || before === undefined) return this.limiter.passwordChanged(userId);
    const now = this.parts.devices.newToken();
    await this.limiter.passwordChanged(userId, { before, now });
    requestSessionOf(raw)?.addCookie(this.parts.devices.write(now));
  }

  /** An attempt that brings no proof counts nowhere: robots must not be able to lock anybody out. */
  private async challenge(request: AnyRequest, attempt: RequestAttempt): Promise<void> {
    const { challenge } = this.options;
    const { account, attempts, isAsked } = attempt.challengedBy(challenge);
    if (challenge === undefined || !isAsked) return;
    let isPassed = false;
    try {
      isPassed = await challenge.check(request, { account, attempts });
    } finally {
      this.parts.events.measuring.probe?.note('challenge', { outcome: isPassed ? 'passed' : 'refused' });
      if (!isPassed) await attempt.release();
    }
    if (!isPassed) throw new ChallengeRequiredException();
  }

  /** Only of the address: what is left on an account would tell what others do there. */
  private tellAddress(session: RequestSession, { address }: LoginAttemptVerdict): void {
    const policy = this.options.address;
    if (!this.options.headers || policy === undefined || address === undefined) return;
    const window = Math.ceil(policy.window / seconds(1));
    const left = Math.ceil(address.resetsIn / seconds(1));
    setHeader(session, 'RateLimit-Policy', `"login-address";q=${policy.maxAttempts};w=${window}`);
    setHeader(session, 'RateLimit', `"login-address";r=${address.remaining};t=${left}`);
  }
}

function setHeader(session: RequestSession | undefined, name: string, value: string | number): void {
  if (session !== undefined && !session.response.headersSent) session.response.setHeader(name, value);
}
