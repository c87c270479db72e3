import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Logger } from '@nestjs/common';
import { Pool } from 'pg';
import { StartupError } from '../startup/startup.error.js';
import type { OpenedDatabase } from './database.js';
import { addExampleUsers } from './example.users.js';
import { MIGRATIONS } from './migrations.js';
import * as schema from './schema.js';

/** How long a connection, or a query, may take, ms. */
const PATIENCE = 5_000;
/** Names the lock under which instances that start together take turns with the migrations; any number will do. */
const MIGRATION_LOCK = 726_533_301;

/** A PostgreSQL server. @throws StartupError if it does not answer */
export async function openServer(
  url: string,
  { withExampleUsers }: { withExampleUsers: boolean },
): Promise<OpenedDatabase> {
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE,
    query_timeout: PATIENCE,
  });
  const logger = new Logger('Database');
  // Of a connection that nobody uses at the moment; the next query opens another one.
  pool.on('error', (error) => logger.warn(`A connection was lost: ${error.message}`));
  const place = placeOf(url);
  try {
    const client = await pool.connect();
    try {
      const database = drizzle(client, { schema });
      await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await migrate(database, { migrationsFolder: MIGRATIONS });
      if (withExampleUsers) await addExampleUsers(database);
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    } finally {
      client.release();
    }
  } catch (error) {
    await pool.end();
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The database ${place} cannot be used (${reason || 'no connection'}): start it, or correct DATABASE_URL.`,
      {
        cause: error,
      },
    );
  }
  return {
    database: drizzle(pool, { schema }),
    description: `PostgreSQL ${place}`,
    close: () => pool.end(),
  };
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
