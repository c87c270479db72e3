// `npm run chaos:near`: races, attacks and faults once more, with the near cache in every application that can have one. Arguments go to
// Jest. Left out is what knows nothing of it: Clusters, which it refuses, the sample's own routes, and how long a login takes.
import { runJest } from './jest-run.js';

const LEFT_OUT = ['cluster-failover', 'generated-input', 'login-timing'];
process.exitCode = await runJest(
  ['--selectProjects', 'chaos', '--testPathIgnorePatterns', ...LEFT_OUT, ...process.argv.slice(2)],
  { NEAR_CACHE: 'yes' },
);
