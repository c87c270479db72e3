import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type * as schema from './schema.js';

/** The application's PostgreSQL, embedded or a server: both speak the same SQL. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** Injection token of the {@link Database}. */
export const DATABASE = Symbol('DATABASE');

/** A database that is ready: migrated, and with users to try the application with. */
export interface OpenedDatabase {
  readonly database: Database;
  /** What it is and where, for people. */
  readonly description: string;
  close(): Promise<void>;
}
