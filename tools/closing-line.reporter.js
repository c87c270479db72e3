// A Jest reporter. No skip is silent: it lists the skipped tests, whose titles say why, at the end of every run. And where the
// environment variable TEST_COUNTS_FILE names a file, as in .ci/run, it adds the counts there as one line, and ends a run that
// some test keeps from ending: a machine would wait for ever.
import { appendFileSync } from 'node:fs';

/** How long the process may stay after the last test, ms. */
const PATIENCE = 15_000;

export default class ClosingLineReporter {
  #isSelection;

  constructor(globalConfig) {
    this.#isSelection = Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const skipped = results.testResults
      .flatMap(({ testResults }) => testResults)
      .filter(({ status }) => ['pending', 'skipped', 'disabled', 'todo'].includes(status));
    // With `-t` everything else is skipped because it was not asked for.
    if (skipped.length > 0 && !this.#isSelection) {
      process.stderr.write(`\nSkipped:\n${skipped.map(({ fullName }) => `  ${fullName}\n`).join('')}`);
    }
    const file = process.env.TEST_COUNTS_FILE;
    if (!file) return;
    // A test file that could not run at all has no tests that failed, and is a failure.
    const failed =
      results.numFailedTests + results.numRuntimeErrorTestSuites + (results.wasInterrupted ? 1 : 0);
    appendFileSync(file, `${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped\n`);
    setTimeout(() => {
      const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
      process.stderr.write(
        `Jest was still there ${PATIENCE / 1000} s after the last test; left open: ${open}\n`,
      );
      process.exit(1);
    }, PATIENCE).unref();
  }
}
