import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { OpenedDatabase } from '../../src/database/database.js';
import { openInMemory } from '../../src/database/embedded.database.js';
import { MIGRATIONS } from '../../src/database/migrations.js';

const CACHE = 'node_modules/.cache';
const WITH_USERS = { withExampleUsers: true };

/**
 * A database of the sample application for the tests of one file, in memory, with the example users. To make one anew takes seconds, so
 * it begins with a dump that the first test file makes.
 */
export function useDatabase(): { readonly opened: OpenedDatabase } {
  let opened: OpenedDatabase;
  beforeAll(async () => {
    opened = await openInMemory(WITH_USERS, { loadDataDir: new Blob([readFileSync(await databaseDump())]) });
  });
  afterAll(() => opened?.close());
  return {
    get opened() {
      return opened;
    },
  };
}

/** The path of that dump, which processes can begin with, too. */
export async function databaseDump(): Promise<string> {
  const path = resolve(CACHE, `sample-database-${version()}.tar`);
  if (existsSync(path)) return path;
  const fresh = await openInMemory(WITH_USERS);
  const bytes = Buffer.from(await (await fresh.dump()).arrayBuffer());
  await fresh.close();
  mkdirSync(CACHE, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, bytes);
  renameSync(draft, path);
  return path;
}

/** Another one for another schema, other users, and another PostgreSQL. */
function version(): string {
  const files = [
    ...readdirSync(MIGRATIONS)
      .filter((name) => name.endsWith('.sql'))
      .map((name) => join(MIGRATIONS, name)),
    'src/database/example.users.ts',
    'node_modules/@electric-sql/pglite/package.json',
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
