/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.{spec,int-spec,e2e-spec}.ts'],
  testEnvironment: 'node',
  testTimeout: 20_000,
  // Most tests wait for a server or a process of their own: one worker would leave a core idle. A server that REDIS_URL names is
  // shared by all files, so they take turns there.
  maxWorkers: process.env.REDIS_URL ? 1 : 2,
  reporters: ['default', '<rootDir>/tools/closing-line.reporter.js'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
  moduleNameMapper: {
    '^nestjs-redis-session$': '<rootDir>/libs/session/src/index.ts',
    '^nestjs-redis-session/testing$': '<rootDir>/libs/session/src/testing/index.ts',
    '^redis-anywhere$': '<rootDir>/libs/redis-anywhere/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
};
