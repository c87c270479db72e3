import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ProcessKeeper } from './process.keeper.js';
import { RedisAnywhereError, reasonOf } from './redis-anywhere.error.js';

/**
 * The folder for the data: `dir`, made if missing and locked against a second Redis (two that append to one file spoil it),
 * or one inside the keeper's temporary folder. The lock goes when the keeper ends.
 */
export async function dataFolder(dir: string | undefined, keeper: ProcessKeeper): Promise<string> {
  const folder = dir === undefined ? join(keeper.folder, 'data') : resolve(dir);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new RedisAnywhereError('BAD_OPTION', `The folder for the data cannot be made: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  if (dir !== undefined) await lock(folder, keeper);
  return folder;
}

async function lock(folder: string, keeper: ProcessKeeper): Promise<void> {
  const path = join(folder, 'redis-anywhere.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, `${keeper.pid}\n`, { flag: 'wx' });
      return keeper.removeAtEnd(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new RedisAnywhereError(
          'BAD_OPTION',
          `The folder ${folder} cannot be written: ${reasonOf(error)}`,
          {
            cause: error,
          },
        );
      }
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isAlive(owner)) {
      const message = `Another Redis (kept by process ${owner}) works in ${folder}: take another folder, or stop that one. If it is none of yours, remove ${path}.`;
      throw new RedisAnywhereError('DIR_IN_USE', message);
    }
    await rm(path, { force: true });
  }
  throw new RedisAnywhereError(
    'DIR_IN_USE',
    `Several processes fight over ${folder}: give each its own folder.`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
