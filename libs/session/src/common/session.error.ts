/** Stable codes of the errors that only developers see. */
export type SessionErrorCode =
  | 'INVALID_OPTION'
  | 'ALREADY_REGISTERED'
  | 'NO_HTTP_REQUEST'
  | 'SESSION_STORE_UNAVAILABLE'
  | 'SESSION_ENDED'
  | 'SESSION_NOT_SERIALIZABLE'
  | 'SESSION_TOO_LARGE'
  | 'SESSION_REPLACED'
  | 'SESSION_READ_ONLY'
  | 'RESERVED_FIELD'
  | 'DOCTOR_FINDINGS';

/**
 * Base of every error that this library throws at developers; what may reach a client is an `...Exception`.
 *
 * `code` is stable and meant for programs, `message` says what failed, why, and what to do, and `cause` holds what was
 * thrown below.
 */
export class SessionError extends Error {
  constructor(
    readonly code: SessionErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An option has a value that it cannot have. Thrown while the application starts. */
export class InvalidOptionError extends SessionError {
  /**
   * @param option path of the option, such as `cookie.sameSite`
   * @param detail what it got and what is allowed, as the rest of a sentence
   */
  constructor(
    readonly option: string,
    readonly detail: string,
  ) {
    super('INVALID_OPTION', `SessionModule: option ${option} ${detail}`);
  }
}

/**
 * Redis gave no usable answer in time. A write may or may not have happened: "unconfirmed", not "unwritten".
 */
export class StoreUnavailableError extends SessionError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('SESSION_STORE_UNAVAILABLE', message, options);
  }
}

/** The session was ended (logout, revocation, expiry) while this request still worked with it; nothing was written. */
export class SessionEndedError extends SessionError {
  constructor(readonly handle: string) {
    super(
      'SESSION_ENDED',
      'The session was ended while this request was working with it. Nothing was written; the client has to log in again.',
    );
  }
}

/** A service with `session.access: 'read'` was about to write what it may not, or was not told to. Nothing was written. */
export class SessionReadOnlyError extends SessionError {
  constructor(attempted: string) {
    super(
      'SESSION_READ_ONLY',
      `This service only reads sessions (session.access is "read"), and ${attempted} Nothing was written.`,
    );
  }
}

/** The session holds more than `session.maxBytes`. Nothing was written; what was stored before is still there. */
export class SessionTooLargeError extends SessionError {
  /** What the record would need and what it may have, in bytes of UTF-8. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** The field that takes the most room. */
  readonly largestKey: string;

  constructor(found: { bytes: number; maxBytes: number; largest: { name: string; bytes: number } }) {
    const { bytes, maxBytes, largest } = found;
    super(
      'SESSION_TOO_LARGE',
      `The session needs ${bytes} bytes and may have ${maxBytes} (session.maxBytes). Its largest field is "${largest.name}" ` +
        `with ${largest.bytes} bytes: keep such data in a database and its id on the session, or raise session.maxBytes. ` +
        'Nothing was written.',
    );
    this.bytes = bytes;
    this.maxBytes = maxBytes;
    this.largestKey = largest.name;
  }
}
