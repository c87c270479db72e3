import { mkdir } from 'node:fs/promises';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { StartupError } from '../startup/startup.error.js';
import type { OpenedDatabase } from './database.js';
import { addExampleUsers } from './example.users.js';
import { lockFolder } from './folder.lock.js';
import { MIGRATIONS } from './migrations.js';
import * as schema from './schema.js';

interface EmbeddedOptions {
  withExampleUsers: boolean;
}

/**
 * PostgreSQL as WebAssembly in this process, with its data in `folder`. Only one process at a time may open it: a second one would
 * write into the void.
 */
export async function openEmbedded(folder: string, options: EmbeddedOptions): Promise<OpenedDatabase> {
  const dataDir = `${folder}/data`;
  const unlock = await lockFolder(folder);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const opened = await open({ dataDir }, options);
    const close = async (): Promise<void> => {
      await opened.close();
      await unlock();
    };
    return { ...opened, description: `an embedded PostgreSQL, its data in ${dataDir}`, close };
  } catch (error) {
    await unlock();
    if (error instanceof StartupError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartupError(
      `The embedded database in ${dataDir} cannot be opened (${reason}). Remove that folder to begin with an empty one, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    );
  }
}

/** As {@link openEmbedded}, without anything that stays. @param loadDataDir what to begin with, a dump of another one */
export async function openInMemory(
  options: EmbeddedOptions,
  { loadDataDir }: Pick<PGliteOptions, 'loadDataDir'> = {},
): Promise<OpenedDatabase & { dump(): Promise<Blob> }> {
  const opened = await open({ loadDataDir }, options);
  return { ...opened, description: 'an embedded PostgreSQL that forgets everything at the end' };
}

async function open(pglite: PGliteOptions, { withExampleUsers }: EmbeddedOptions) {
  const client = await PGlite.create(pglite);
  try {
    const database = drizzle(client, { schema });
    await migrate(database, { migrationsFolder: MIGRATIONS });
    if (withExampleUsers) await addExampleUsers(database);
    return { database, close: () => client.close(), dump: () => client.dumpDataDir('none') };
  } catch (error) {
    await client.close();
    throw error;
  }
}
