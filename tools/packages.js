// Packs each library as npm would publish it and looks at what is in the package: publint's rules, and the files that npm leaves
// out without a word when they are not there. Needs built libraries.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const EXPECTED = ['README.md', 'LICENSE'];
const libs = fileURLToPath(new URL('../libs/', import.meta.url));
const scratch = await mkdtemp(join(tmpdir(), 'packages-'));

/** What is wrong with the package that would be published from `folder`. */
async function problemsOf(folder) {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', scratch], {
    cwd: folder,
    shell: process.platform === 'win32',
  });
  const [{ filename, files }] = JSON.parse(stdout);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const paths = new Set(files.map(({ path }) => path));
  const absent = [...EXPECTED, ...Object.values(manifest.bin ?? {}).map((path) => path.replace(/^\.\//, ''))]
    .filter((path) => !paths.has(path))
    .map((path) => `${path} is not in the package`);
  const tarball = await readFile(join(scratch, filename));
  const { messages } = await publint({
    strict: true,
    pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) },
  });
  return [
    ...absent,
    ...messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code),
  ];
}

try {
  for (const name of await readdir(libs)) {
    for (const problem of await problemsOf(join(libs, name))) {
      console.error(`libs/${name}: ${problem}`);
      process.exitCode = 1;
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
