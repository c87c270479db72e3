// `npm run test:secure`: the tests of the libraries once more, with each Redis speaking TLS only, by a certificate of a private authority,
// and the libraries logged in as a user that may do what docs/security.md says and nothing else. Arguments go to Jest.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeAuthority } from './test-authority.js';

const JEST = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'test-authority-'));
try {
  await makeAuthority(folder);
  const env = {
    ...process.env,
    // A server that is there already has a way and users of its own.
    REDIS_URL: undefined,
    REDIS_TEST_ACCESS: 'tls-acl',
    REDIS_TEST_CERTIFICATES: folder,
    // Node reads it at the start of a process, so that it holds for what the tests start, too.
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  };
  const args = ['--experimental-vm-modules', '--no-warnings', JEST, '--selectProjects', 'tests'];
  const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], { env, stdio: 'inherit' });
  // Jest gets them from the terminal itself, and ends.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
