import { parseArgs } from 'node:util';
import { LOCAL_WAYS } from './local.binary.js';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { REDIS_WAYS, type StartRedisOptions } from './start-redis.options.js';
import type { StartTopologyOptions } from './start-topology.options.js';

export const USAGE = `redis-anywhere: a real Redis for development, on any machine.

Usage: redis-anywhere [options] [-- arguments for redis-server]
       redis-anywhere sentinel [options] [-- arguments]   one primary, two replicas, three Sentinels
       redis-anywhere cluster [options] [-- arguments]    three primaries with a replica each

Prints the URL of the server on stdout and runs until Ctrl-C or SIGTERM, then stops it. For sentinel and cluster it prints one
line of JSON, as client libraries take it, and on stderr where each node is.

  --port NUMBER      port on 127.0.0.1 (default: a free one); of the first node, the others follow
  --dir FOLDER       keep the data there; add for example  -- --appendonly yes
                     (default: a temporary folder, deleted at the end)
  --password TEXT    password the server asks for (default: none)
  --via WAY          take this way only: ${REDIS_WAYS.join(', ')}
                     (default: REDIS_VIA, else the first that works)
  --image NAME       image for Docker (default: redis:8-alpine)
  --help             this text

--dir, --image and the ways url and docker are for a single server only.
REDIS_URL, if set, names a server to check and use instead of starting one.
Exit codes: 0 stopped, 1 no Redis or it ended by itself, 2 wrong arguments or settings.
`;

/** What to start: one server, or several that belong together. */
export type Wanted =
  | { kind: 'server'; options: StartRedisOptions }
  | { kind: 'sentinel' | 'cluster'; options: StartTopologyOptions };

/** What the command line asks for, or `'help'`. Throws a RedisAnywhereError (`BAD_OPTION`) with one clear sentence. */
export function readArguments(argv: readonly string[]): Wanted | 'help' {
  const [kind] = argv;
  const isTopology = kind === 'sentinel' || kind === 'cluster';
  const { values, positionals } = parse(isTopology ? argv.slice(1) : argv);
  if (values.help) return 'help';
  const shared: Pick<StartRedisOptions & StartTopologyOptions, 'args' | 'password' | 'port'> = {
    args: positionals,
  };
  if (values.password !== undefined) shared.password = nonEmpty('--password', values.password);
  if (values.port !== undefined) shared.port = port(values.port);
  if (isTopology) {
    for (const name of ['dir', 'image'] as const) {
      if (values[name] === undefined) continue;
      throw new RedisAnywhereError('BAD_OPTION', `--${name} is for a single server, not for ${kind}.`);
    }
    const options: StartTopologyOptions = shared;
    if (values.via !== undefined) options.via = oneOf('--via', values.via, LOCAL_WAYS);
    return { kind, options };
  }
  const options: StartRedisOptions = shared;
  if (values.dir !== undefined) options.dir = nonEmpty('--dir', values.dir);
  if (values.image !== undefined) options.image = nonEmpty('--image', values.image);
  if (values.via !== undefined) options.via = oneOf('--via', values.via, REDIS_WAYS);
  return { kind: 'server', options };
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

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const known = allowed.find((one) => one === value);
  if (known) return known;
  throw new RedisAnywhereError('BAD_OPTION', `${name} is '${value}'; allowed are ${allowed.join(', ')}.`);
}
