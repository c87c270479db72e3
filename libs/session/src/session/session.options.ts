import {
  checkDuration,
  checkFunction,
  checkNames,
  checkText,
  checkWord,
  hours,
  InvalidOptionError,
  type Milliseconds,
  minutes,
  show,
} from '../common/index.js';
import type { IdFormat, SessionAccess, SessionSerializer } from '../store/index.js';

/** The timeouts of the sessions of one user, by who that is. */
export type TimeoutsOf = (user: {
  userId: string;
  roles: readonly string[];
}) => Pick<SessionLifeOptions, 'idleTimeout' | 'absoluteTimeout'>;
const DEFAULT_MAX_BYTES = 64 * 1024;
/** Cookie and the server's own part need about half of this. */
const LEAST_MAX_BYTES = 1024;

/** How long sessions live and how they are kept. */
export interface SessionLifeOptions {
  /**
   * A session ends this long after the last request of its user (OWASP: 2 to 30 minutes, by what is at stake).
   *
   * @default 30 minutes
   */
  idleTimeout?: Milliseconds;
  /**
   * A session ends this long after its creation, however active its user is (OWASP: 4 to 8 hours for an office day).
   *
   * @default 8 hours
   */
  absoluteTimeout?: Milliseconds;
  /**
   * Timeouts of a user's own, asked at each login; what it leaves out is as for everybody.
   *
   * @default none
   * @example timeoutsOf: ({ roles }) => (roles.includes('admin') ? { idleTimeout: minutes(5) } : {})
   */
  timeoutsOf?: TimeoutsOf;
  /**
   * The secret half of the id is replaced when it is this old; the session goes on under the same handle (OWASP: renewal
   * timeout). A secret that was replaced ends the session when somebody comes with it, and tells `session.stolen`. `false`
   * never replaces it.
   *
   * @default 15 minutes
   */
  renewAfter?: Milliseconds | false;
  /**
   * Start of every session key in Redis.
   *
   * @default "sess:"
   */
  prefix?: string;
  /**
   * Turns records into text and back, such as an encrypting one.
   *
   * @default JSON
   */
  serializer?: SessionSerializer;
  /**
   * Bytes that the stored text of one session may have. More is refused with 413 `SESSION_TOO_LARGE`, and the session keeps
   * what it had; half of it gives the event `session.large`. Every request loads the whole of its session.
   *
   * @default 65536 (64 KiB)
   */
  maxBytes?: number;
  /**
   * `secret` makes ids of which Redis knows a hash only. `plain` makes ids in connect-redis's form, to share sessions with
   * services that use express-session and connect-redis; who can read Redis can then use them.
   *
   * @default "secret"
   */
  idFormat?: IdFormat;
  /**
   * `read` for a service that shares the sessions of another one: it never creates, prolongs or renews a session, and its answers
   * carry no session cookie. `SessionService.update()` and `session.save()` still change one that is there; a change that
   * neither of them stored is a 500, `SESSION_READ_ONLY`, and is not written. See docs/microservices.md.
   *
   * @default "write"
   */
  access?: SessionAccess;
}

/** {@link SessionLifeOptions} checked and with every default filled in. */
export interface ResolvedSessionOptions {
  readonly idleTimeout: Milliseconds;
  readonly absoluteTimeout: Milliseconds;
  readonly renewAfter: Milliseconds | undefined;
  readonly timeoutsOf: TimeoutsOf;
  readonly prefix: string;
  readonly serializer?: SessionSerializer;
  readonly maxBytes: number;
  readonly idFormat: IdFormat;
  readonly access: SessionAccess;
}

/** Checks the option group `session`. @throws InvalidOptionError */
export function resolveSessionOptions(options: SessionLifeOptions = {}): ResolvedSessionOptions {
  checkNames('session', options, [
    'idleTimeout',
    'absoluteTimeout',
    'renewAfter',
    'timeoutsOf',
    'prefix',
    'serializer',
    'maxBytes',
    'idFormat',
    'access',
  ]);
  const { serializer } = options;
  if (
    serializer !== undefined &&
    (typeof serializer.stringify !== 'function' || typeof serializer.parse !== 'function')
  ) {
    throw new InvalidOptionError(
      'session.serializer',
      `must have the functions stringify and parse; it got ${show(serializer)}.`,
    );
  }
  const idleTimeout = checkDuration('session.idleTimeout', options.idleTimeout, minutes(30));
  const absoluteTimeout = checkDuration(
    'session.absoluteTimeout',
    options.absoluteTimeout,
    Math.max(hours(8), idleTimeout),
  );
  if (idleTimeout > absoluteTimeout) {
    throw new InvalidOptionError(
      'session.idleTimeout',
      `is ${idleTimeout} ms, longer than session.absoluteTimeout (${absoluteTimeout} ms), so it could never matter. ` +
        'Lower it, or raise session.absoluteTimeout.',
    );
  }
  return {
    idleTimeout,
    absoluteTimeout,
    renewAfter:
      options.renewAfter === false
        ? undefined
        : checkDuration('session.renewAfter', options.renewAfter, minutes(15)),
    timeoutsOf: checkFunction('session.timeoutsOf', options.timeoutsOf, () => ({})),
    prefix: checkText('session.prefix', options.prefix, 'sess:'),
    serializer,
    maxBytes: checkMaxBytes(options.maxBytes),
    idFormat: checkWord('session.idFormat', options.idFormat, ['secret', 'plain'] as const, 'secret'),
    access: checkWord('session.access', options.access, ['write', 'read'] as const, 'write'),
  };
}

function checkMaxBytes(value: number | undefined): number {
  if (value === undefined) return DEFAULT_MAX_BYTES;
  if (!Number.isInteger(value) || value < LEAST_MAX_BYTES) {
    throw new InvalidOptionError(
      'session.maxBytes',
      `must be a whole number of bytes, at least ${LEAST_MAX_BYTES}; it got ${show(value)}.`,
    );
  }
  return value;
}
