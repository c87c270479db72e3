import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../startup/startup.error.js';
import type { OpenedDatabase } from './database.js';
import { openEmbedded, openInMemory } from './embedded.database.js';
import { openServer } from './server.database.js';

const MEMORY = 'memory:';

export interface DatabaseOptions {
  /**
   * `DATABASE_URL`: a PostgreSQL server, or `memory:` for one that forgets everything at the end. The path of a dump of PGlite's may follow:
   * beginning with that is ten times as fast as making a database.
   */
  databaseUrl: string | undefined;
  /** Folder for the data of the embedded one. */
  cacheFolder: string;
  /** Whether to add the users of the README, if there are none. */
  withExampleUsers: boolean;
}

/**
 * The database to run on: the server that `DATABASE_URL` names, otherwise one that runs in this process and keeps its data in the
 * cache folder. Brought to the newest schema.
 *
 * @throws StartupError that says what to do
 */
export async function openDatabase({
  databaseUrl,
  cacheFolder,
  withExampleUsers,
}: DatabaseOptions): Promise<OpenedDatabase> {
  const options = { withExampleUsers };
  if (databaseUrl === undefined) return openEmbedded(join(cacheFolder, 'database'), options);
  if (databaseUrl.startsWith(MEMORY)) {
    return openInMemory(options, await dumpIn(databaseUrl.slice(MEMORY.length)));
  }
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new StartupError(
      'DATABASE_URL has to be the URL of a PostgreSQL server, such as postgresql://user:password@localhost:5432/app, or "memory:".',
    );
  }
  return openServer(databaseUrl, options);
}

async function dumpIn(path: string): Promise<{ loadDataDir?: Blob }> {
  if (path === '') return {};
  try {
    return { loadDataDir: new Blob([await readFile(path)]) };
  } catch (error) {
    throw new StartupError(
      `DATABASE_URL names a dump that cannot be read (${(error as Error).message}): correct the path behind "memory:", or leave it out.`,
      { cause: error },
    );
  }
}
