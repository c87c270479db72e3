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
const REFUSED = /^(OOM|MISCONF|NOAUTH|NOPERM|WRONGPASS|NOREPLICAS|ERR max number of clients)/;
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^OOM/,
    'Redis has reached its maxmemory and refuses writes: give it more memory, or look for what fills it.',
  ],
  [/^MISCONF/, 'Redis cannot write its snapshot to disk and refuses writes: look at its log and its disk.'],
  [/^NOAUTH/, 'Redis asks for a password: put it into the URL, redis://:password@host:6379.'],
  [/^WRONGPASS/, 'Redis refused the user name or the password: correct them in the URL.'],
  [/^NOPERM/, 'The Redis user may not use a command that sessions need: extend its ACL.'],
  [/^READONLY/, 'This Redis is a replica and refuses writes: connect to the primary.'],
];

/** Sorts what ioredis threw into the few kinds that make a difference. */
export function kindOfFailure(error: unknown): RedisFailure {
  if (error instanceof Error && error.message.startsWith("Stream isn't writeable")) return 'refused-for-now'; // never sent
  if (!isReplyError(error)) return 'connection-lost';
  if (REFUSED_FOR_NOW.test(error.message)) return 'refused-for-now';
  return REFUSED.test(error.message) ? 'refused' : 'faulty';
}

/** Whether Redis itself answered with an error, as opposed to a connection that failed. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** One sentence for logs: what happened and, where it is known, what to do. Never contains keys, values or passwords. */
export function explainFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1];
  if (remedy !== undefined) return remedy;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ECONNREFUSED')
    return 'nothing listens there (connection refused): start Redis, or correct the URL.';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is unknown: correct the URL.';
  if (isReplyError(error)) return `Redis answered with an error of kind ${message.split(' ', 1)[0]}.`;
  return code ?? 'the connection was lost.';
}
