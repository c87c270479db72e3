// Jest as a process of its own, with other environment variables than the terminal's.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const JEST = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));

/** @returns its exit code */
export async function runJest(args, env) {
  const all = ['--experimental-vm-modules', '--no-warnings', JEST, ...args];
  const child = spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: 'inherit' });
  // Jest gets them from the terminal itself, and ends.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
