import { SessionError, SessionException } from '../common/index.js';

/** What is told of something that was thrown: never its message, which may hold names, and never its stack. */
export interface OperationFailure {
  /** `error.type`: a code of this library, `ReplyError`, or `_OTHER`. */
  readonly type: string;
  /** `db.response.status_code`: the first word of what Redis answered, such as `OOM`. */
  readonly status?: string;
  /** What became of the operation. */
  readonly outcome: 'ended' | 'too_large' | 'failed';
  /** Whether Redis is what failed, as opposed to what was asked of it. */
  readonly isOfStore: boolean;
}

/** Redis begins its errors with a word in capitals. */
const STATUS = /^[A-Z]{2,20}(?= |$)/;

export function failureOf(error: unknown): OperationFailure {
  const reply = replyErrorOf(error);
  const status = STATUS.exec(reply?.message ?? '')?.[0];
  // Codes and classes of the application's own errors may be anything, and any number.
  const isOurs = error instanceof SessionError || error instanceof SessionException;
  const code = isOurs ? error.code : undefined;
  return {
    type: code ?? (reply === undefined ? '_OTHER' : 'ReplyError'),
    status,
    outcome: outcomeOf(code),
    isOfStore: code === 'SESSION_STORE_UNAVAILABLE' || (code === undefined && reply !== undefined),
  };
}

function outcomeOf(code: string | undefined): OperationFailure['outcome'] {
  if (code === 'SESSION_ENDED') return 'ended';
  return code === 'SESSION_TOO_LARGE' ? 'too_large' : 'failed';
}

/** What Redis answered, if that is what was thrown or what caused it. */
function replyErrorOf(error: unknown): Error | undefined {
  for (const each of [error, error instanceof Error ? error.cause : undefined]) {
    if (each instanceof Error && each.name === 'ReplyError') return each;
  }
  return undefined;
}
