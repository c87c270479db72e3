import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * The machine's own Chromium: `CHROMIUM_PATH`, or the first of the usual names on PATH. A `CHROMIUM_PATH` that leads nowhere is an
 * error, so that nobody believes that tests ran.
 */
function findChromium({ CHROMIUM_PATH, PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  if (CHROMIUM_PATH !== undefined) {
    if (existsSync(CHROMIUM_PATH)) return CHROMIUM_PATH;
    throw new Error(`CHROMIUM_PATH is ${CHROMIUM_PATH}, and there is no such file.`);
  }
  const candidates = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return candidates.find((path) => existsSync(path));
}

const executablePath = findChromium(process.env);
const missing = `no ${NAMES.join(', ')} on PATH; CHROMIUM_PATH can name one`;
if (executablePath === undefined)
  process.stderr.write(`SKIPPED tests in test/browser, because there is ${missing}\n`);

/** Whether this machine has one; what needs it can be left out then. */
export const hasChromium = executablePath !== undefined;

/** `it` for a test that needs a browser, or `it.skip` under a title that says why. */
export function itInBrowser(title: string, test: () => Promise<void>): void {
  if (hasChromium) return void it(title, test, 60_000);
  it.skip(`${title} (SKIPPED, because there is ${missing})`, test);
}

/** Starts it without a window. Host names ending in ".test" lead to this machine, and count as sites without TLS. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP *.test 127.0.0.1',
      // It would look for https first, and no site here has it.
      '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
    ],
  });
}
