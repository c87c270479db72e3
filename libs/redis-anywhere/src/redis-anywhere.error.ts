/**
 * What went wrong, for programs.
 *
 * - `NO_REDIS`: no way led to a Redis; the message lists each way tried and what to do on each operating system.
 * - `WAY_UNAVAILABLE`: the one way that was asked for (`via`, `REDIS_VIA`) cannot be had here.
 * - `URL_UNREACHABLE`: the server that `REDIS_URL` names did not answer, refused the password or is no Redis.
 * - `START_FAILED`: a server was found but did not come up (wrong arguments, port taken); the message ends with its last words.
 * - `BAD_OPTION`: an option or environment variable has a value that is not allowed.
 * - `DIR_IN_USE`: another Redis started by this package works in the same `dir`.
 * - `NOT_OURS`: `kill`, `pause`, `resume` or `restart` of a server reached through `REDIS_URL`.
 * - `NOT_RUNNING`: `pause`, `resume` of a server that is dead, or `restart` after `stop`.
 */
export type RedisAnywhereErrorCode =
  | 'NO_REDIS'
  | 'WAY_UNAVAILABLE'
  | 'URL_UNREACHABLE'
  | 'START_FAILED'
  | 'BAD_OPTION'
  | 'DIR_IN_USE'
  | 'NOT_OURS'
  | 'NOT_RUNNING';

/** Every error this package throws on purpose. The message says what failed, why, and what to do about it. */
export class RedisAnywhereError extends Error {
  override readonly name = 'RedisAnywhereError';

  constructor(
    readonly code: RedisAnywhereErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything thrown, on one line; for AggregateError (several addresses of one host) the messages inside. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return error.errors.map(reasonOf).join('; ');
  return (error instanceof Error ? error.message : String(error)).trim();
}
