import { InvalidOptionError, StoreUnavailableError } from 'nestjs-redis-session';
import { RedisAnywhereError } from 'redis-anywhere';

/** The application cannot start; the message says why and what to do, in words for whoever typed the command. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The variable of the environment behind an option of SessionModule. */
const VARIABLES: Readonly<Record<string, string>> = { secret: 'SESSION_SECRET', 'redis.url': 'REDIS_URL' };

/** What was about to start. */
interface Starting {
  port?: number;
  /** The variable of the environment that chooses the port. */
  portVariable?: 'PORT' | 'PROFILE_PORT';
  /** The variable that names the Redis. */
  redisVariable?: string;
  /** As the first word of a sentence. */
  what?: string;
}

/** What to tell, without a stack trace, whoever tried to start the application. */
export function sentenceFor(
  error: unknown,
  { port, portVariable = 'PORT', redisVariable = 'REDIS_URL', what = 'The application' }: Starting = {},
): string {
  if (!(error instanceof Error)) return `${what} cannot start: ${String(error)}`;
  if (error instanceof StartupError || error instanceof RedisAnywhereError) return error.message;
  if (error instanceof InvalidOptionError) {
    const variable = VARIABLES[error.option];
    return variable === undefined
      ? error.message
      : error.message.replace(`SessionModule: option ${error.option}`, variable);
  }
  if (error instanceof StoreUnavailableError)
    return `${error.message} Start that Redis, or correct ${redisVariable}.`;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program: stop that one, or choose another port, for example ${portVariable}=${(port ?? 0) + 1}.`;
  }
  if (code === 'EACCES' && 'syscall' in error && error.syscall === 'listen') {
    return `Port ${port} may not be opened by this user: choose one above 1023, for example ${portVariable}=3000.`;
  }
  return `${what} cannot start: ${error.message}`;
}
