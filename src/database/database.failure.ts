import { DrizzleQueryError } from 'drizzle-orm';

/** SQLSTATE classes and codes of Node that say: not there, or not now. 08 connection, 53 resources, 57P shut down or starting. */
const AWAY = /^(08|53|57P0|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/;
/** What the driver says without a code. */
const AWAY_IN_WORDS =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|pglite is closed/i;

/** Whether a query failed because the database is away, which is nobody's mistake and passes. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Object; cause = 'cause' in cause ? cause.cause : undefined) {
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if (AWAY.test(String(code)) || AWAY_IN_WORDS.test(String(message))) return true;
  }
  return false;
}

/** What of an error may stand in a log: of a failed query not the values, among which are names, addresses and hashes of passwords. */
export function loggable(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const { query, cause } = error;
  const safe = new Error(`${cause?.message ?? 'A query failed'} (${query})`);
  safe.stack = `${safe.message}\n${cause?.stack?.split('\n').slice(1).join('\n') ?? ''}`;
  return safe;
}
