import type { HttpAdapterHost, Reflector } from '@nestjs/core';
import type { Clock, SessionEvents } from '../common/index.js';
import type { RequestAttempts } from './request.attempts.js';

/**
 * What the guards of this library need from the application; also the token under which `SessionModule` provides and exports it, so
 * that guards can stand in every module and a subclass needs no constructor.
 */
export abstract class GuardParts {
  abstract readonly reflector: Reflector;
  abstract readonly clock: Clock;
  abstract readonly events: SessionEvents;
  abstract readonly adapterHost: HttpAdapterHost;
  /** Where attempts to log in are counted. */
  abstract readonly attempts: RequestAttempts;
  /** `auth.trustedOrigins`. */
  abstract readonly trustedOrigins: ReadonlySet<string>;
}
