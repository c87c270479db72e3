import { parseArgs } from 'node:util';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { REDIS_WAYS, type RedisWay, type StartRedisOptions } from './start-redis.options.js';

export const USAGE = `redis-anywhere: a real Redis for development, on any machine.

Usage: redis-anywhere [options] [-- arguments for redis-server]

Prints the URL of the server on stdout and runs until Ctrl-C or SIGTERM, then stops it.

  --port NUMBER      port on 127.0.0.1 (default: a free one)
  --dir FOLDER       keep the data there; add for example  -- --appendonly yes
                     (default: a temporary folder, deleted at the end)
  --password TEXT    password the server asks for (default: none)
  --via WAY          take this way only: ${REDIS_WAYS.join(', ')}
                     (default: REDIS_VIA, else the first that works)
  --image NAME       image for Docker (default: redis:8-alpine)
  --help             this text

REDIS_URL, if set, names a server to check and use instead of starting one.
Exit codes: 0 stopped, 1 no Redis or it ended by itself, 2 wrong arguments or settings.
`;

/** Options from the command line, or `'help'`. Throws a RedisAnywhereError (`BAD_OPTION`) with one clear sentence. */
export function readArguments(argv: readonly string[]): StartRedisOptions | 'help' {
  const { values, positionals } = parse(argv);
  if (values.help) return 'help';
  const options: StartRedisOptions = { args: positionals };
  if (values.dir !== undefined) options.dir = nonEmpty('--dir', values.dir);
  if (values.password !== undefined) options.password = nonEmpty('--password', values.password);
  if (values.image !== undefined) options.image = nonEmpty('--image', values.image);
  if (values.port !== undefined) options.port = port(values.port);
  if (values.via !== undefined) options.via = way(values.via);
  return options;
}

function parse(argv: readonly string[]) {
  const separator = argv.indexOf('--');
  const own = separator < 0 ? [...argv] : argv.slice(0, separator);
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: own,
      options: {
        help: { type: 'boolean', short: 'h' },
        port: text,
        dir: text,
        password: text,
        via: text,
        image: text,
      },
    });
    return { values, positionals: separator < 0 ? [] : argv.slice(separator + 1) };
  } catch (error) {
    const [sentence = ''] = reasonOf(error).split(/\. |\n/);
    throw new RedisAnywhereError('BAD_OPTION', `${sentence.replace(/\.$/, '')}. See redis-anywhere --help.`);
  }
}

function nonEmpty(name: string, value: string): string {
  if (value !== '') return value;
  throw new RedisAnywhereError('BAD_OPTION', `${name} needs a value.`);
}

function port(value: string): number {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 1 && number <= 65_535) return number;
  throw new RedisAnywhereError('BAD_OPTION', `--port is '${value}'; allowed are 1 to 65535.`);
}

function way(value: string): RedisWay {
  const known = REDIS_WAYS.find((name) => name === value);
  if (known) return known;
  throw new RedisAnywhereError('BAD_OPTION', `--via is '${value}'; allowed are ${REDIS_WAYS.join(', ')}.`);
}
