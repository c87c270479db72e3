import { RedisAnywhereError } from './redis-anywhere.error.js';
import type { StartSettings } from './start-redis.options.js';

/** Arguments that would move the server to where nobody looks for it, with what to use instead. */
const REFUSED: Readonly<Record<string, string>> = {
  '--port': 'use the option port',
  '--dir': 'use the option dir',
  '--bind': 'it listens on 127.0.0.1 only',
  '--daemonize': 'it has to stay a child process',
};

/** Throws `BAD_OPTION` if one of them would move the server to where nobody looks for it. */
export function refuseArguments(args: readonly string[]): void {
  for (const argument of args) {
    const instead = REFUSED[argument.toLowerCase()];
    if (instead)
      throw new RedisAnywhereError('BAD_OPTION', `The argument ${argument} cannot be given: ${instead}.`);
  }
}

/** What redis-server is started with, besides the address and folder. Keeps nothing on disk unless `args` say otherwise. */
export function serverArguments({ args, password }: Pick<StartSettings, 'args' | 'password'>): string[] {
  refuseArguments(args);
  const secret = password === undefined ? [] : ['--requirepass', password];
  return ['--save', '', '--appendonly', 'no', ...secret, ...args];
}

/** The password that the server will ask for: from `args` (the last one counts, as for the server), else `password`. */
export function passwordOf({ args, password }: Pick<StartSettings, 'args' | 'password'>): string | undefined {
  const at = args.map((argument) => argument.toLowerCase()).lastIndexOf('--requirepass');
  return (at < 0 ? password : args[at + 1]) || undefined;
}

/** `redis://:password@host:port`. */
export function redisUrl(host: string, port: number, password: string | undefined): string {
  return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${host}:${port}`;
}
