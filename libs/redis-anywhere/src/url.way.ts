import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';
import { type ProbeTarget, probeRedis, versionIn } from './resp.probe.js';
import type { RedisServer, StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** How long the server may take to answer, ms. */
const PROBE_TIMEOUT = 5_000;

/** The server that `REDIS_URL` names. It is checked and left as it is: not ours to kill, pause or stop. */
export async function connectToUrl(settings: StartSettings): Promise<RedisServer> {
  const url = settings.env['REDIS_URL'];
  if (!url) throw new WayUnavailable('REDIS_URL is not set');
  const { target, masked } = parse(url);
  const answer = await probeRedis(target, PROBE_TIMEOUT).catch((error: unknown) => {
    const why = `${reasonOf(error)}${hintFor(error, target)}`;
    const remedy = 'Start that server, correct REDIS_URL, or unset it to have a Redis started for you.';
    const message = `REDIS_URL is ${masked}, but that Redis cannot be reached: ${why}. ${remedy}`;
    throw new RedisAnywhereError('URL_UNREACHABLE', message, { cause: error });
  });
  if (answer.refusal && !isHarmless(answer.refusal)) {
    const message = `REDIS_URL is ${masked}, but that Redis refuses: ${answer.refusal.replace(/\.$/, '')}. ${remedyFor(answer.refusal)}`;
    throw new RedisAnywhereError('URL_UNREACHABLE', message);
  }
  const description = `${versionIn(answer.info) ?? 'a Redis of unknown version'} at ${masked}, from REDIS_URL`;
  const notOurs = (verb: string) => async () => {
    throw new RedisAnywhereError(
      'NOT_OURS',
      `Cannot ${verb} the Redis at ${masked}: it comes from REDIS_URL and was not started here. Unset REDIS_URL for one that can be.`,
    );
  };
  return {
    url,
    via: 'url',
    description,
    kill: notOurs('kill'),
    pause: notOurs('pause'),
    resume: notOurs('resume'),
    restart: notOurs('restart'),
    stop: async () => {},
  };
}

function parse(url: string): { target: ProbeTarget; masked: string } {
  let parts: URL;
  try {
    parts = new URL(url);
  } catch (error) {
    // The text may hold a password anywhere, so it is not shown.
    throw badUrl('it is no URL; if the password holds signs such as # / ? or @, percent-encode them', error);
  }
  if (parts.protocol !== 'redis:' && parts.protocol !== 'rediss:') {
    throw badUrl(`it begins with ${parts.protocol}// and only redis:// and rediss:// (TLS) are known`);
  }
  if (!parts.hostname) throw badUrl('it names no host');
  const db = parts.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(db)) throw badUrl(`the part after the host has to be a database number, not ${db}`);
  const masked = new URL(url);
  if (masked.password) masked.password = '***';
  // redis://secret@host: most likely a password in the wrong place.
  else if (masked.username) masked.username = '***';
  masked.search = '';
  try {
    const target = {
      host: parts.hostname.replace(/^\[|\]$/g, ''),
      port: Number(parts.port || 6379),
      tls: parts.protocol === 'rediss:',
      username: decodeURIComponent(parts.username),
      password: decodeURIComponent(parts.password),
      db: Number(db),
    };
    return { target, masked: masked.href };
  } catch (error) {
    throw badUrl(
      'its user name or password holds a % that is not followed by two hexadecimal digits; write %25',
      error,
    );
  }
}

function badUrl(why: string, cause?: unknown): RedisAnywhereError {
  const example = 'It should look like redis://user:password@host:6379/0.';
  return new RedisAnywhereError('BAD_OPTION', `REDIS_URL cannot be used: ${why}. ${example}`, { cause });
}

/** Names the usual cause where the bare error does not: TLS on one side only, a certificate nobody vouches for. */
function hintFor(error: unknown, { tls }: ProbeTarget): string {
  if (/self-signed|unable to (verify|get)/i.test(reasonOf(error))) {
    return ' (name the file of its certificate authority in NODE_EXTRA_CA_CERTS)';
  }
  if (!/no answer|closed|ECONNRESET|wrong version/i.test(reasonOf(error))) return '';
  return tls
    ? ' (does it speak TLS? without, the URL begins with redis://)'
    : ' (does it want TLS? then the URL begins with rediss://)';
}

/** A replica that lost its primary, a failed snapshot, a user who may not PING or INFO: the server is there and lets us in. */
function isHarmless(refusal: string): boolean {
  return /^(MASTERDOWN|MISCONF|BUSY|NOPERM)/.test(refusal);
}

function remedyFor(refusal: string): string {
  if (refusal.startsWith('NOAUTH')) return 'Put the password into the URL: redis://:password@host:6379.';
  if (refusal.startsWith('WRONGPASS') || /invalid password/i.test(refusal))
    return 'Correct the user name or password in REDIS_URL.';
  if (/AUTH.*without any password/i.test(refusal))
    return 'Remove the password from REDIS_URL: that server has none.';
  if (refusal.startsWith('LOADING')) return 'It is still loading its data: try again in a moment.';
  if (/DB index/i.test(refusal)) return 'Correct the database number at the end of REDIS_URL.';
  return 'Correct REDIS_URL or that server, or unset REDIS_URL to have a Redis started for you.';
}
