import { HttpException, HttpStatus } from '@nestjs/common';
import { type Milliseconds, seconds } from './durations.js';

/** Stable codes that clients may rely on. */
export type SessionExceptionCode =
  | 'UNAUTHENTICATED'
  | 'SESSION_EXPIRED'
  | 'SESSION_ENDED'
  | 'SESSION_STOLEN'
  | 'FRESH_LOGIN_REQUIRED'
  | 'INSUFFICIENT_ROLE'
  | 'CROSS_ORIGIN'
  | 'INVALID_CREDENTIALS'
  | 'INVALID_ACCOUNT'
  | 'LOGIN_BLOCKED'
  | 'CHALLENGE_REQUIRED'
  | 'SESSION_LIMIT_REACHED'
  | 'SESSION_STORE_UNAVAILABLE'
  | 'SESSION_TOO_LARGE';

/** Seconds that a client is asked to wait before it tries again while Redis cannot be reached. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Base of every refusal that may reach a client: `{ statusCode, code, message }` as JSON, and `errorCode` for Nest.
 * It never carries a cause to the client.
 */
export abstract class SessionException extends HttpException {
  /**
   * Becomes `extensions.code` of the error of GraphQL. Where Apollo's `autoTransformHttpErrors` replaces that by its own word, the code
   * is in `extensions.originalError.code`.
   */
  readonly extensions: { readonly code: SessionExceptionCode };

  protected constructor(
    readonly code: SessionExceptionCode,
    status: HttpStatus,
    message: string,
    options?: { cause?: unknown; body?: Readonly<Record<string, unknown>> },
  ) {
    super({ statusCode: status, code, message, ...options?.body }, status, {
      cause: options?.cause,
      errorCode: code,
    });
    this.extensions = { code };
  }
}

/** 401 `UNAUTHENTICATED`: nobody is logged in. */
export class UnauthenticatedException extends SessionException {
  constructor() {
    super('UNAUTHENTICATED', HttpStatus.UNAUTHORIZED, 'Please log in.');
  }
}

/** 401 `SESSION_EXPIRED`: the session of the cookie is over because of its timeouts, or too long ago to tell why. */
export class SessionExpiredException extends SessionException {
  constructor() {
    super('SESSION_EXPIRED', HttpStatus.UNAUTHORIZED, 'Your session has expired. Please log in again.');
  }
}

/** 401 `SESSION_STOLEN`: the session of the cookie was ended because a copy of the cookie was used. */
export class SessionStolenException extends SessionException {
  constructor() {
    super(
      'SESSION_STOLEN',
      HttpStatus.UNAUTHORIZED,
      'Your session was ended because somebody else seems to have used it. Please log in again.',
    );
  }
}

/** 401 `FRESH_LOGIN_REQUIRED`: somebody is logged in, but has not given the password lately (RFC 9470: step up). */
export class FreshLoginRequiredException extends SessionException {
  constructor() {
    super('FRESH_LOGIN_REQUIRED', HttpStatus.UNAUTHORIZED, 'Please confirm your password to do this.');
  }
}

/** 403 `INSUFFICIENT_ROLE`: who is logged in has none of the roles that the route asks for. */
export class InsufficientRoleException extends SessionException {
  constructor() {
    super('INSUFFICIENT_ROLE', HttpStatus.FORBIDDEN, 'You are not allowed to do this.');
  }
}

/** 403 `CROSS_ORIGIN`: another site sent this request from the user's browser. */
export class CrossOriginException extends SessionException {
  constructor() {
    super('CROSS_ORIGIN', HttpStatus.FORBIDDEN, 'This request came from another site and was refused.');
  }
}

/** 409 `SESSION_LIMIT_REACHED`: the password is right, but the user has as many sessions as `auth.maxSessions` allows. */
export class SessionLimitException extends SessionException {
  constructor() {
    super(
      'SESSION_LIMIT_REACHED',
      HttpStatus.CONFLICT,
      'You are logged in on as many devices as allowed. Please log out on one of them first.',
    );
  }
}

/** 401 `SESSION_ENDED`: the session was ended, before this request or while it was answered; what it changed was not kept. */
export class SessionEndedException extends SessionException {
  constructor(options?: { cause?: unknown }) {
    super('SESSION_ENDED', HttpStatus.UNAUTHORIZED, 'This session has ended. Please log in again.', options);
  }
}

/** 401 `INVALID_CREDENTIALS`: account and password do not belong together; which of them is wrong is not told. */
export class InvalidCredentialsException extends SessionException {
  constructor() {
    super('INVALID_CREDENTIALS', HttpStatus.UNAUTHORIZED, 'The user name or the password is wrong.');
  }
}

/** 400 `INVALID_ACCOUNT`: the name of an account is no text, empty, or longer than 256 characters. */
export class InvalidAccountException extends SessionException {
  constructor() {
    super('INVALID_ACCOUNT', HttpStatus.BAD_REQUEST, 'The user name must be text with 1 to 256 characters.');
  }
}

/** 429 `LOGIN_BLOCKED`: too many attempts, whether or not the account exists. The answer has `Retry-After`, in seconds, and so has its body. */
export class LoginBlockedException extends SessionException {
  /** Seconds, rounded up. */
  readonly retryAfter: number;

  /** @param wait until the next attempt, in milliseconds */
  constructor(wait: Milliseconds) {
    const retryAfter = Math.max(1, Math.ceil(wait / seconds(1)));
    super(
      'LOGIN_BLOCKED',
      HttpStatus.TOO_MANY_REQUESTS,
      `Too many attempts. Please try again in ${inWords(retryAfter)}.`,
      { body: { retryAfter } },
    );
    this.retryAfter = retryAfter;
  }
}

/** 403 `CHALLENGE_REQUIRED`: the attempt needs a proof that a human makes it (`loginAttempts.challenge`). */
export class ChallengeRequiredException extends SessionException {
  constructor() {
    super('CHALLENGE_REQUIRED', HttpStatus.FORBIDDEN, 'Please show that you are not a robot, and try again.');
  }
}

/** 503 `SESSION_STORE_UNAVAILABLE`: Redis did not answer in time; what was sent may or may not have been written. */
export class SessionStoreUnavailableException extends SessionException {
  constructor(options?: { cause?: unknown }) {
    super(
      'SESSION_STORE_UNAVAILABLE',
      HttpStatus.SERVICE_UNAVAILABLE,
      'The session store cannot be reached. Please try again in a moment.',
      options,
    );
  }
}

/** 413 `SESSION_TOO_LARGE`: what the request asked to keep does not fit into the session, which keeps what it had. */
export class SessionTooLargeException extends SessionException {
  constructor(options?: { cause?: unknown }) {
    super(
      'SESSION_TOO_LARGE',
      HttpStatus.PAYLOAD_TOO_LARGE,
      'This is more than can be kept for you. Nothing was saved.',
      options,
    );
  }
}

function inWords(wait: number): string {
  const [count, unit] = wait < 120 ? [wait, 'second'] : [Math.ceil(wait / 60), 'minute'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
