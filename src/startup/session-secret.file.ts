import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from './startup.error.js';

/** 32 bytes in base64url. */
const FORM = /^[\w-]{43}$/;

export interface KeptSecret {
  readonly secret: string;
  readonly path: string;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

/**
 * A session secret for development, made once and kept, so that a restart logs nobody out.
 *
 * Several instances that start at the same moment get the same one: it is written to a file of its own first, and whoever
 * links that file to the final name first has made it for all.
 *
 * @throws StartupError when it cannot be kept, or the file holds something else
 */
export async function keptSecret(folder: string): Promise<KeptSecret> {
  const path = join(folder, 'session-secret');
  const kept = await read(path);
  if (kept !== undefined) return { secret: kept, path, isNew: false };
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    const isNew = await link(draft, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    const secret = await read(path);
    if (secret !== undefined) return { secret, path, isNew };
    throw new Error(`${path} was removed`);
  } catch (error) {
    throw cannotBeKept(path, error);
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

async function read(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
    // Whoever can read it can forge cookies.
    await chmod(path, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotBeKept(path, error);
  }
  if (FORM.test(text)) return text;
  throw new StartupError(
    `${path} does not hold a secret that this application made: remove that file, or set SESSION_SECRET.`,
  );
}

function cannotBeKept(path: string, error: unknown): StartupError {
  if (error instanceof StartupError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StartupError(
    `The session secret cannot be kept in ${path} (${reason}): set SESSION_SECRET, or set XDG_CACHE_HOME to a folder that can be written.`,
  );
}
