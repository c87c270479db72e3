// `npm run test:secure`: the tests of the libraries once more, with each Redis speaking TLS only, by a certificate of a private authority,
// and the libraries logged in as a user that may do what docs/security.md says and nothing else. Arguments go to Jest.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJest } from './jest-run.js';
import { makeAuthority } from './test-authority.js';

const folder = await mkdtemp(join(tmpdir(), 'test-authority-'));
try {
  await makeAuthority(folder);
  process.exitCode = await runJest(['--selectProjects', 'tests', 'topologies', ...process.argv.slice(2)], {
    // A server that is there already has a way and users of its own.
    REDIS_URL: undefined,
    REDIS_TEST_ACCESS: 'tls-acl',
    REDIS_TEST_CERTIFICATES: folder,
    // Node reads it at the start of a process, so that it holds for what the tests start, too.
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
