import { access, constants, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { downloadRedisPackages } from './apt.download.js';
import { reasonOf } from './redis-anywhere.error.js';
import { runCommand } from './run.command.js';
import { type ServerBinary, tryServer } from './server.binary.js';
import type { StartSettings } from './start-redis.options.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** A working folder older than this was left by a process that died, ms. */
const ABANDONED_AFTER = 60 * 60_000;

type CopySettings = Pick<StartSettings, 'env' | 'onProgress'>;
export type PrivateCopy = ServerBinary & { folder: string };

/** Preparations under way in this process, by folder, so that several servers started at once share one download. */
const preparing = new Map<string, Promise<PrivateCopy>>();

/**
 * A copy of the distribution's Redis in the cache folder, made if it is missing or does not run (any more). Several processes
 * may make it at once: each unpacks into a folder of its own and the first to finish moves it into place.
 * Throws {@link WayUnavailable}.
 */
export async function debianPrivateCopy(settings: CopySettings): Promise<PrivateCopy> {
  if (process.platform !== 'linux') throw new WayUnavailable('this is not Debian or Ubuntu');
  for (const command of ['apt-get', 'dpkg-deb']) {
    if (!(await isOnPath(command, settings.env))) {
      throw new WayUnavailable(`${command} is not on PATH (this needs Debian or Ubuntu)`);
    }
  }
  const cache = join(cacheHome(settings.env), 'redis-anywhere');
  const folder = join(cache, await distribution());
  const present = await serverIn(folder, settings);
  if (!('missing' in present)) return present;

  const running = preparing.get(folder);
  if (running) return running;
  const preparation = prepare({ cache, folder, settings }).finally(() => preparing.delete(folder));
  preparing.set(folder, preparation);
  return preparation;
}

interface Place {
  cache: string;
  folder: string;
  settings: CopySettings;
}

async function prepare({ cache, folder, settings }: Place): Promise<PrivateCopy> {
  const work = await workFolder(cache);
  // tar and gpgv, which dpkg-deb and apt call, may be missing from a narrow PATH.
  const env = { ...settings.env, PATH: [settings.env['PATH'], '/usr/bin', '/bin'].join(delimiter) };
  try {
    const root = join(work, 'root');
    const debs = await downloadRedisPackages({ folder: work, env, onProgress: settings.onProgress });
    for (const deb of debs) {
      const { status, stderr } = await runCommand('dpkg-deb', ['-x', deb, root], { env, timeout: 60_000 });
      if (status !== 0) throw new WayUnavailable(`a downloaded package cannot be unpacked: ${stderr.trim()}`);
    }
    const unpacked = await serverIn(root, settings);
    if ('missing' in unpacked) throw new WayUnavailable(unpacked.missing);
    return await moveIntoPlace(root, { folder, work, settings });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function moveIntoPlace(
  root: string,
  place: { folder: string; work: string; settings: CopySettings },
): Promise<PrivateCopy> {
  const { folder, work, settings } = place;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      await rename(root, folder);
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
    const placed = await serverIn(folder, settings);
    if (!('missing' in placed)) return placed;
    // What stands there does not run: an old copy whose libraries went with an upgrade of the system.
    await rename(folder, join(work, `old-${attempt}`)).catch(() => {});
  }
  throw new WayUnavailable(`the private copy in ${folder} does not run: remove that folder and try again`);
}

async function serverIn(folder: string, { env }: CopySettings): Promise<PrivateCopy | { missing: string }> {
  const libraries = await libraryFolders(folder);
  const path = [...libraries, env['LD_LIBRARY_PATH']].filter(Boolean).join(delimiter);
  let missing = `there is no server in ${folder}`;
  for (const name of ['redis-server', 'valkey-server']) {
    const command = join(folder, 'usr/bin', name);
    if (!(await exists(command))) continue;
    const tried = await tryServer(command, { ...env, LD_LIBRARY_PATH: path });
    if (!('missing' in tried)) return { ...tried, folder };
    missing = tried.missing;
  }
  return { missing };
}

async function libraryFolders(folder: string): Promise<string[]> {
  const folders = new Set<string>();
  for (const top of ['usr/lib', 'lib']) {
    const files = await readdir(join(folder, top), { recursive: true }).catch(() => []);
    for (const file of files) if (/\.so(\.|$)/.test(file)) folders.add(dirname(join(folder, top, file)));
  }
  return [...folders];
}

async function workFolder(cache: string): Promise<string> {
  try {
    await mkdir(cache, { recursive: true });
    for (const name of await readdir(cache)) {
      if (!name.startsWith('work-')) continue;
      const path = join(cache, name);
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > ABANDONED_AFTER) await rm(path, { recursive: true, force: true });
    }
    return await mkdtemp(join(cache, 'work-'));
  } catch (error) {
    throw new WayUnavailable(
      `its cache folder cannot be written: ${reasonOf(error)} (set XDG_CACHE_HOME to another one)`,
    );
  }
}

function cacheHome(env: CopySettings['env']): string {
  const chosen = env['XDG_CACHE_HOME'];
  // The XDG specification has relative paths ignored.
  return chosen && isAbsolute(chosen) ? chosen : join(env['HOME'] || homedir(), '.cache');
}

/** `debian-12-x64`, `ubuntu-24.04-arm64`: a home shared by several machines gets a copy for each kind. */
async function distribution(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([\\w.-]+)`, 'm').exec(release)?.[1];
  return `${field('ID') ?? 'linux'}-${field('VERSION_ID') ?? field('VERSION_CODENAME') ?? 'unknown'}-${process.arch}`;
}

async function isOnPath(command: string, env: CopySettings['env']): Promise<boolean> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = await Promise.all(folders.map((folder) => exists(join(folder, command))));
  return found.includes(true);
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
