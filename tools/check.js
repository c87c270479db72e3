// The house rules: runs every script of package.json whose name begins with `check:`, in their order, to the last one.
// `npm run check -- lint rooms` runs those only. Exit code 1 if one of them fails; what it printed is shown then.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

const PREFIX = 'check:';
const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const known = Object.keys(scripts)
  .filter((name) => name.startsWith(PREFIX))
  .map((name) => name.slice(PREFIX.length));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`check: there is no step ${unknown.join(', ')}; there is ${known.join(', ')}`);
  process.exit(2);
}

/** Runs one script. `output` is what it wrote, both streams in the order of arrival. */
function run(step) {
  return new Promise((resolve) => {
    // `npm run check` says where npm is; shell: without it Windows does not find npm.
    const child = spawn('npm', ['run', '--silent', PREFIX + step], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ isGood: false, output: error.message }));
    child.on('close', (code) => resolve({ isGood: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

const failed = [];
for (const step of wanted.length > 0 ? wanted : known) {
  const started = performance.now();
  const { isGood, output } = await run(step);
  const duration = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${isGood ? 'ok    ' : 'FAILED'} ${step.padEnd(10)} ${duration.padStart(7)}`);
  if (!isGood) {
    failed.push(step);
    console.log(output.trimEnd().replace(/^/gm, '       '));
  }
}
if (failed.length > 0) {
  console.log(`check: ${failed.join(', ')} failed; each alone: npm run check -- ${failed[0]}`);
  process.exitCode = 1;
}
