import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandResult, runCommand } from './run.command.js';
import { WayUnavailable } from './way-unavailable.error.js';

/** For a slow connection: the lists of a distribution are 10 to 20 MB. */
const APT_TIMEOUT = 5 * 60_000;

/** The server and the tools it is a part of (in Debian redis-server is a link into redis-tools), best first. */
const PACKAGES = [
  ['redis-server', 'redis-tools'],
  ['valkey-server', 'valkey-tools'],
];

/**
 * apt's hooks (clean-ups, desktop notices) want root and icons want time. `#clear` is the only way to unset a list, and works in
 * a file only.
 */
const APT_CONFIGURATION = `
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-hidpi;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large-hidpi;
#clear Acquire::IndexTargets::deb::CNF;
#clear Acquire::IndexTargets::deb::Contents-deb;
#clear Acquire::IndexTargets::deb::Contents-deb-legacy;
Acquire::Languages "none";
Acquire::Retries "2";
APT::Sandbox::User "root";
Debug::NoLocking "1";
`;

interface AptFolder {
  /** Working folder; holds lists, packages and everything else apt writes. */
  folder: string;
  env: Readonly<Record<string, string | undefined>>;
  onProgress: (line: string) => void;
}

/**
 * Downloads the distribution's Redis and those libraries it needs that this machine lacks, as apt resolves them, and returns
 * the paths of the .deb files. Needs no root and touches none of the system's own lists. apt checks the signatures, so this
 * trusts what `apt-get install` trusts. Throws {@link WayUnavailable}.
 */
export async function downloadRedisPackages({ folder, env, onProgress }: AptFolder): Promise<string[]> {
  const apt = await prepareApt(folder, env);
  onProgress('asking the distribution for its list of packages (once, 10 to 20 MB)');
  const update = await apt(['update']);
  // A third party's repository may be out of reach: what counts is whether Redis can be resolved.
  let resolved = await apt(['--simulate', 'install', ...(PACKAGES[0] ?? [])]);
  if (resolved.status !== 0) resolved = await apt(['--simulate', 'install', ...(PACKAGES[1] ?? [])]);
  const packages = packagesIn(resolved.stdout);
  if (resolved.status !== 0 || packages.length === 0) {
    throw new WayUnavailable(`apt-get knows no Redis: ${complaintsOf(update, resolved)}`);
  }
  onProgress(`downloading ${packages.join(' ')}`);
  const debs = join(folder, 'debs');
  await mkdir(debs);
  const download = await apt(['download', ...packages], debs);
  if (download.status !== 0) throw new WayUnavailable(`apt-get download failed: ${complaintsOf(download)}`);
  return (await readdir(debs)).filter((name) => name.endsWith('.deb')).map((name) => join(debs, name));
}

type Apt = (args: string[], cwd?: string) => Promise<CommandResult>;

async function prepareApt(folder: string, env: AptFolder['env']): Promise<Apt> {
  const at = (name: string) => join(folder, name);
  await mkdir(at('lists/partial'), { recursive: true });
  await mkdir(at('cache/archives/partial'), { recursive: true });
  await writeFile(at('apt.conf'), APT_CONFIGURATION);
  await writeFile(at('status'), await installedPackages());
  const options = [
    ...['-c', at('apt.conf'), '--assume-yes', '--no-install-recommends'],
    ...['-o', `Dir::State::Lists=${at('lists')}`, '-o', `Dir::State::status=${at('status')}`],
    ...['-o', `Dir::Cache=${at('cache')}`, '-o', 'Dir::Cache::pkgcache=pkgcache.bin'],
  ];
  return (args, cwd = folder) =>
    runCommand('apt-get', [...options, ...args], { cwd, env: { ...env, LC_ALL: 'C' }, timeout: APT_TIMEOUT });
}

/** What is installed, without Redis itself: one that is installed but not on PATH would else not be downloaded. */
async function installedPackages(): Promise<string> {
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '');
  const stanzas = status.split(/\n\n+/);
  return stanzas.filter((stanza) => !/^Package: (redis|valkey)/m.test(stanza)).join('\n\n');
}

/** `name=version` of each line `Inst name [installed] (version origin [architecture])`. */
function packagesIn(simulation: string): string[] {
  const lines = simulation.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm);
  const packages = [...lines].map(([, name, version]) => `${name}=${version}`);
  // The C library works only with the loader of its own version, which is the system's.
  return packages.filter((name) => !/^libc6[:=]/.test(name));
}

/** apt's own words: its errors, else its warnings, else the last line. */
function complaintsOf(...results: CommandResult[]): string {
  const lines = results.flatMap(({ stdout, stderr }) => `${stdout}\n${stderr}`.split('\n')).filter(Boolean);
  const errors = lines.filter((line) => line.startsWith('E:'));
  const warnings = lines.filter((line) => line.startsWith('W:'));
  const told = errors.length > 0 ? errors : warnings.length > 0 ? warnings : lines.slice(-1);
  return [...new Set(told)].slice(0, 4).join(' ');
}
