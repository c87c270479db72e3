import { NotSentError } from './ready.node.js';

/** What a failed call means for its caller. */
export type RedisFailure =
  /** Refused before it ran (starting, failing over): asking again is always safe. */
  | 'refused-for-now'
  /** The connection went; whether it ran is unknown. */
  | 'connection-lost'
  /** Redis says no and will go on saying no until somebody acts. */
  | 'refused'
  /** The call itself is wrong: a fault in this library or in the data. */
  | 'faulty';

const REFUSED_FOR_NOW = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED)\b/;
const REFUSED = /^(OOM|MISCONF|NOAUTH|NOPERM|WRONGPASS|NOREPLICAS|MOVED|ERR max number of clients)/;
/** What an ACL forbids inside of a script; before Redis 7.2 without a name. */
const REFUSED_IN_SCRIPT = /^(ERR )?(ACL failure in script|The user executing the script can't)/;
/** What ioredis says of a command that it did not send, or that every node refused. */
const NOT_CARRIED_OUT =
  /^(Stream isn't writeable|Cluster isn't ready|Too many Cluster redirections\. Last error: ReplyError)/;
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^OOM/,
    'Redis has reached its maxmemory and refuses writes: give it more memory, or look for what fills it.',
  ],
  [/^MISCONF/, 'Redis cannot write its snapshot to disk and refuses writes: look at its log and its disk.'],
  [/^NOAUTH/, 'Redis asks for a password: put it into the URL, redis://:password@host:6379.'],
  [
    /^WRONGPASS/,
    'Redis refused the user name or the password: correct them in the URL, or in redis.username and redis.password.',
  ],
  [
    /^MOVED/,
    "This Redis is one node of a Cluster: name it in the option redis as { cluster: ['host:6379'] }.",
  ],
  [
    /All sentinels are unreachable.*(NOAUTH|WRONGPASS)/s,
    'the Sentinels ask for another password: correct sentinelUsername and sentinelPassword.',
  ],
  [
    /All sentinels are unreachable/,
    'no Sentinel that answers knows a primary of that name: start them, or correct sentinels and name.',
  ],
  [
    /^Failed to refresh slots cache/,
    'no node of the Cluster tells which slots it serves: start them, or correct their addresses or the password.',
  ],
  [
    /cluster support disabled/,
    'it is a single server and no Cluster: give it as redis.url, without redis.cluster.',
  ],
  [/^READONLY/, 'This Redis is a replica and refuses writes: connect to the primary.'],
];

/** Ends a sentence about the ACL. */
const LIST = ' (docs/security.md#tls-and-the-user-of-redis lists what is needed).';

/** Sorts what ioredis threw into the few kinds that make a difference. */
export function kindOfFailure(error: unknown): RedisFailure {
  const message = reasonOf(error);
  if (error instanceof NotSentError || NOT_CARRIED_OUT.test(message)) return 'refused-for-now';
  if (!isReplyError(error)) return 'connection-lost';
  if (REFUSED_FOR_NOW.test(message)) return 'refused-for-now';
  return REFUSED.test(message) || REFUSED_IN_SCRIPT.test(message) ? 'refused' : 'faulty';
}

/** Whether Redis itself answered with an error, as opposed to a connection that failed. */
export function isReplyError(error: unknown): boolean {
  return hasField(error, 'name') && error.name === 'ReplyError';
}

/** Whether Redis answered, and the answer is no: asking again would change nothing. */
export function isRefusal(error: unknown): boolean {
  const kind = kindOfFailure(error);
  return kind === 'refused' || kind === 'faulty';
}

/** One sentence for logs: what happened and, where it is known, what to do. Never contains keys, values or passwords. */
export function explainFailure(error: unknown): string {
  const message = reasonOf(error);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1];
  if (remedy !== undefined) return remedy;
  if (message.startsWith('NOPERM') || REFUSED_IN_SCRIPT.test(message)) return explainPermission(message);
  if (error instanceof NotSentError) return 'the node of the Cluster that serves it cannot be connected to.';
  if (isReplyError(error)) return `Redis answered with an error of kind ${message.split(' ', 1)[0]}.`;
  const code = codeOf(error);
  const certificate = explainCertificate(code);
  if (certificate !== undefined) return certificate;
  if (code === 'ECONNREFUSED')
    return 'nothing listens there (connection refused): start Redis, or correct the address.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown: correct the address.';
  if (code === 'ETIMEDOUT') return 'it does not answer: start Redis, or correct the address.';
  return code === undefined ? 'the connection was lost.' : `the connection failed (${code}).`;
}

/** Like {@link explainFailure}, of a connection that never came about: TLS on one side only looks like silence, or like a loss. */
export function explainStart(error: unknown, { isEncrypted }: { isEncrypted: boolean }): string {
  const explanation = error === undefined ? 'it does not answer.' : explainFailure(error);
  // A server that is closed to plain text ends the connection, with an error or without; one without TLS waits for the end of a line.
  const isLikely = error === undefined || /^(ETIMEDOUT|ECONNRESET|EPROTO)$/.test(codeOf(error) ?? '');
  if (!isLikely || (!isEncrypted && codeOf(error) === 'ETIMEDOUT')) return explanation;
  return isEncrypted
    ? `${explanation} Does it speak TLS there? Without, the URL begins with redis:// and redis.tls is left out.`
    : `${explanation} Does it want TLS? Then the URL begins with rediss://, or redis.tls is true.`;
}

/** Which rule the ACL of the user lacks, as far as Redis tells. Names of keys stay out. */
function explainPermission(message: string): string {
  const [, command] = /permissions? to run the '([\w|-]+)' command/.exec(message) ?? [];
  if (command !== undefined)
    return `The Redis user may not use the command ${command.toUpperCase().replace('|', ' ')}: extend its ACL by +${command}${LIST}`;
  if (/channel/.test(message))
    return `The Redis user may not listen to the channel of invalidated keys: extend its ACL by &__redis__:invalidate${LIST}`;
  if (/key/.test(message))
    return `The Redis user may not reach a key that is needed: extend its ACL by the patterns ~ of session.prefix${LIST}`;
  return `The Redis user may not use a command that a script needs (ACL LOG on the server names it): extend its ACL${LIST}`;
}

/** Whether the other side's certificate is not accepted: no later attempt would end otherwise. */
export function isBadCertificate(error: unknown): boolean {
  return explainCertificate(codeOf(error)) !== undefined;
}

function explainCertificate(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (/SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_SIGNATURE_FAILURE/.test(code))
    return `no authority that is trusted here vouches for its certificate (${code}): name the authority's certificate in redis.tls, { ca: readFileSync('ca.pem') }, or its file in NODE_EXTRA_CA_CERTS.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for another host name (${code}): connect to the name that it is for, or give that one as redis.tls.servername.`;
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return `its certificate is not valid at this time (${code}): renew it, or correct the clock of this machine.`;
  return undefined;
}

/** What Redis said of a command. Before Redis 7, what a script's command failed with stands at the end of a longer sentence. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return /.*@user_script: ?\d+: -?(.*)$/s.exec(message)?.[1] ?? message;
}

const codeOf = (error: unknown): string | undefined =>
  hasField(error, 'code') ? String(error.code) : undefined;

/** The message of what was thrown; empty if it has none. */
export function messageOf(error: unknown): string {
  return hasField(error, 'message') ? String(error.message) : '';
}

// By its fields and not by `instanceof`: errors of Node and of a second copy of ioredis are not instances of the classes here.
function hasField<K extends string>(error: unknown, name: K): error is Record<K, unknown> {
  return typeof error === 'object' && error !== null && name in error;
}
