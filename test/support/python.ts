import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';

const NEEDED = ['flask', 'redis'];

/** A Python with what the example needs, or why there is none. */
type Found = { path: string } | { missing: string };

/**
 * The machine's own Python: `PYTHON_PATH`, or Debian's, or the first on PATH. A `PYTHON_PATH` that cannot run the example is an error, so that
 * nobody believes that tests ran.
 */
function findPython({ PYTHON_PATH, PATH = '' }: NodeJS.ProcessEnv): Found {
  if (PYTHON_PATH !== undefined) {
    const problem = problemOf(PYTHON_PATH);
    if (problem === undefined) return { path: PYTHON_PATH };
    throw new Error(`PYTHON_PATH is ${PYTHON_PATH}, and ${problem}.`);
  }
  // Debian's packages are for Debian's Python, which need not be the first on PATH.
  const onPath = PATH.split(delimiter).map((folder) => join(folder, 'python3'));
  const path = ['/usr/bin/python3', ...onPath].find((each) => problemOf(each) === undefined);
  if (path !== undefined) return { path };
  return { missing: `no python3 with ${NEEDED.join(' and ')} on PATH; PYTHON_PATH can name one` };
}

function problemOf(path: string): string | undefined {
  if (!existsSync(path)) return 'there is no such file';
  try {
    execFileSync(path, ['-c', `import ${NEEDED.join(', ')}`], { stdio: 'pipe', timeout: 20_000 });
    return undefined;
  } catch {
    return `it does not have ${NEEDED.join(' and ')}`;
  }
}

const found = findPython(process.env);
if ('missing' in found)
  process.stderr.write(`SKIPPED tests of examples in Python, because there is ${found.missing}\n`);

/** `describe` for tests that need Python, with its path, or `describe.skip` under a title that says why. */
export function describeWithPython(title: string, tests: (path: string) => void): void {
  if ('path' in found) {
    describe(title, () => {
      tests(found.path);
    });
  } else {
    describe.skip(`${title} (SKIPPED, because there is ${found.missing})`, () => {
      tests('');
    });
  }
}
