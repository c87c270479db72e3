const swc = (parser) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true, ...parser },
      transform: {
        legacyDecorator: true,
        decoratorMetadata: true,
        react: { runtime: 'automatic', importSource: 'preact' },
      },
      keepClassNames: true,
    },
    module: { type: 'es6' },
  },
];

/** What all tests share. */
const each = {
  rootDir: '.',
  testMatch: ['**/*.{spec,int-spec,e2e-spec}.ts'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.ts$': swc({}), '^.+\\.tsx$': swc({ tsx: true }) },
  moduleNameMapper: {
    '^nestjs-redis-session$': '<rootDir>/libs/session/src/index.ts',
    '^nestjs-redis-session/(analytics|health|telemetry|testing|throttler)$':
      '<rootDir>/libs/session/src/$1/index.ts',
    '^redis-anywhere$': '<rootDir>/libs/redis-anywhere/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};

const ELSEWHERE = '<rootDir>/test/(app|examples|attacks|chaos|browser)/';
const SEVERAL_NODES = '/[^/]*(cluster|sentinel|durability|topologies|silence)[^/]*spec\\.ts$';

/** @type {import('jest').Config} */
export default {
  // Ends what hangs; how long anything takes on a busy machine is not what tests are about.
  testTimeout: 60_000,
  // Most tests wait for a server or a process of their own: one worker would leave a core idle. A server that REDIS_URL names is
  // shared by all files, so they take turns there.
  maxWorkers: process.env.REDIS_URL ? 1 : 2,
  reporters: ['default', '<rootDir>/tools/closing-line.reporter.js'],
  projects: [
    {
      ...each,
      displayName: 'tests',
      roots: ['<rootDir>/test'],
      testPathIgnorePatterns: [ELSEWHERE, SEVERAL_NODES],
    },
    // Sentinels, Clusters, replicas and half-open connections: `npm run chaos` runs these too, because they take long to start or to fail.
    {
      ...each,
      displayName: 'topologies',
      roots: ['<rootDir>/test'],
      testMatch: undefined,
      testRegex: SEVERAL_NODES,
      testPathIgnorePatterns: [ELSEWHERE],
    },
    // `npm run test:sample`: the sample application and what belongs to it.
    { ...each, displayName: 'sample', roots: ['<rootDir>/test/app', '<rootDir>/test/examples'] },
    // `npm run chaos`, races, attacks and faults under load, and `npm run test:browser` take as long as all others together.
    { ...each, displayName: 'chaos', roots: ['<rootDir>/test/attacks', '<rootDir>/test/chaos'] },
    { ...each, displayName: 'browser', roots: ['<rootDir>/test/browser'] },
  ],
};
