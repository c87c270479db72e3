import { Logger } from '@nestjs/common';
import {
  SessionEndedError,
  SessionEndedException,
  SessionError,
  SessionReadOnlyError,
  SessionStoreUnavailableException,
  SessionTooLargeError,
  SessionTooLargeException,
  StoreUnavailableError,
} from '../common/index.js';

/** What the client is told. What is the application's fault stays as it is: Nest logs it and answers 500 without details. */
export function refusalOf(cause: unknown): unknown {
  if (cause instanceof SessionEndedError) return new SessionEndedException({ cause });
  if (cause instanceof StoreUnavailableError) return new SessionStoreUnavailableException({ cause });
  if (cause instanceof SessionTooLargeError) {
    // Nest does not log what is below 500, and the client is not told what the developer has to know.
    new Logger('SessionModule').error(cause.message);
    return new SessionTooLargeException({ cause });
  }
  return cause;
}

export const unsaved = (): SessionError =>
  new SessionReadOnlyError(
    'this request changed the session in passing. To change it on purpose, call SessionService.update() or session.save().',
  );

export const replaced = (): SessionError =>
  new SessionError(
    'SESSION_REPLACED',
    'req.session was replaced by something that is no session, so nothing was written. Set fields on it, such as ' +
      'req.session.cart = cart; req.session.regenerate() empties it, and req.session.destroy() ends it.',
  );
