import { HttpException, HttpStatus } from '@nestjs/common';

/** Stable codes that clients may rely on. */
export type SessionExceptionCode =
  | 'UNAUTHENTICATED'
  | 'SESSION_ENDED'
  | 'INVALID_CREDENTIALS'
  | 'SESSION_STORE_UNAVAILABLE'
  | 'SESSION_TOO_LARGE';

/** Seconds that a client is asked to wait before it tries again while Redis cannot be reached. */
export const RETRY_AFTER_SECONDS = 1;

/**
 * Base of every refusal that may reach a client: `{ statusCode, code, message }` as JSON, and `errorCode` for Nest.
 * It never carries a cause to the client.
 */
export abstract class SessionException extends HttpException {
  protected constructor(
    readonly code: SessionExceptionCode,
    status: HttpStatus,
    message: string,
    options?: { cause?: unknown },
  ) {
    super({ statusCode: status, code, message }, status, { cause: options?.cause, errorCode: code });
  }
}

/** 401 `UNAUTHENTICATED`: nobody is logged in. */
export class UnauthenticatedException extends SessionException {
  constructor() {
    super('UNAUTHENTICATED', HttpStatus.UNAUTHORIZED, 'Please log in.');
  }
}

/** 401 `SESSION_ENDED`: the session ended while this request was being answered; what it changed was not kept. */
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
