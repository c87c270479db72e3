// What reports of measurements have in common: on what they were measured, and how they are written.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const require = createRequire(import.meta.url);

/** Not every package lets its package.json be imported, so it is looked for from its entry upwards. */
function versionOf(name) {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const { name: found, version } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (found === name) return version;
  }
}

export const packageVersions = (names) => names.map((name) => `${name} ${versionOf(name)}`).join(', ');

/** The machine, and Node. */
export function machine() {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${type()}, ${availableParallelism()} cores (${model.trim()}), ${memory}, Node ${process.versions.node}`;
}

/** Writes a page of docs/, formatted as the house rules want it. */
export async function writeMarkdown(name, lines) {
  const path = new URL(`../docs/${name}`, import.meta.url);
  writeFileSync(path, await format(lines.join('\n'), { ...(await resolveConfig(path)), parser: 'markdown' }));
  console.log(`Written: docs/${name}`);
}
