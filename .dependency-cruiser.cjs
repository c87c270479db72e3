/**
 * Who may import whom. Everything here is an error, and type imports count.
 *
 * The rooms of libs/session/src: the list is exhaustive and not transitive, so that what is not written is forbidden. Each room is
 * entered through its index.ts only. `session.module` is the files that lie directly in libs/session/src; `index` is its index.ts.
 * test/architecture plants violations of each rule and looks whether they are found.
 */
const COMMON = ['common'];
const BELOW_MODULE = ['redis', 'store', 'session', 'http', 'remember-me', 'login-attempts', 'auth', 'doctor'];

/** Room -> the rooms it may import, besides itself and `common`. */
const ROOMS = {
  common: [],
  redis: [],
  store: ['redis'],
  session: ['store', 'redis'],
  http: ['session', 'store'],
  'remember-me': ['session'],
  'login-attempts': ['redis'],
  auth: ['http', 'session', 'remember-me', 'login-attempts'],
  // Of rooms other than redis and http only the options; names cannot be seen here, .oxlintrc.json looks at them.
  doctor: ['redis', 'store', 'session', 'http', 'remember-me', 'login-attempts', 'auth'],
  cli: ['doctor', 'session', 'store', 'redis'],
  analytics: ['http', 'session', 'redis'],
  testing: ['auth', 'http', 'session', 'store', 'login-attempts'],
  health: ['redis'],
  throttler: ['redis'],
  telemetry: [],
};
const MODULE_FILES = 'session(-module\\.options|\\.module|\\.module-definition|\\.providers)\\.ts';

/** Folders of src/ that every feature may import, as it may the files directly in src/. */
const SHARED_FOLDERS = ['pages', 'startup', 'database', 'users'];

const SESSION = '^libs/session/src';
const oneOf = (names) => `(${names.join('|')})`;
const index = (rooms) => `${SESSION}/${oneOf(rooms)}/index\\.ts$`;
const error = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

const roomRules = Object.entries(ROOMS).map(([room, others]) => {
  const allowed = [...COMMON, ...others].filter((name) => name !== room);
  return error(
    `room-${room}`,
    `${room} may import ${allowed.join(', ') || 'no other room'}, each through its index.ts, and nothing else of this library.`,
    { path: `${SESSION}/${room}/` },
    {
      path: `${SESSION}/`,
      pathNot: [`${SESSION}/${room}/`, ...(allowed.length > 0 ? [index(allowed)] : [])],
    },
  );
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    error(
      'session-module',
      'session.module puts the rooms together: it may import them through their index.ts, except cli, testing, analytics, health, throttler, telemetry.',
      { path: `${SESSION}/${MODULE_FILES}$` },
      { path: `${SESSION}/`, pathNot: [`${SESSION}/${MODULE_FILES}$`, index([...COMMON, ...BELOW_MODULE])] },
    ),
    error(
      'session-index',
      'The main entry point exports session.module and the rooms beneath it. What needs an optional peer has an entry point of its own.',
      { path: `${SESSION}/index\\.ts$` },
      { path: `${SESSION}/`, pathNot: [`${SESSION}/${MODULE_FILES}$`, index([...COMMON, ...BELOW_MODULE])] },
    ),
    error(
      'room-unknown',
      'This file is in no room. Give the room its line in .dependency-cruiser.cjs, or move the file.',
      {
        path: `${SESSION}/`,
        pathNot: `${SESSION}/(index\\.ts$|${MODULE_FILES}$|${oneOf(Object.keys(ROOMS))}/)`,
      },
      {},
    ),
    error(
      'no-circular',
      'Files that import each other in a circle can be neither read nor tested alone.',
      {},
      { circular: true },
    ),
    error('unresolvable', 'This import leads nowhere.', {}, { couldNotResolve: true }),
    error(
      'libs-know-no-application',
      'A published library knows nothing of the sample, the tests, the benchmarks or the tools.',
      { path: '^libs/' },
      { path: '^(src|test|bench|tools)/' },
    ),
    error(
      'session-without-redis-anywhere',
      'nestjs-redis-session runs in production, redis-anywhere never does.',
      { path: '^libs/session/' },
      { path: ['^libs/redis-anywhere/', '(^|/)node_modules/redis-anywhere/', '^redis-anywhere(/|$)'] },
    ),
    error(
      'redis-anywhere-without-session',
      'redis-anywhere knows Redis, not what it is used for.',
      { path: '^libs/redis-anywhere/' },
      { path: ['^libs/session/', '(^|/)node_modules/nestjs-redis-session/', '^nestjs-redis-session(/|$)'] },
    ),
    error(
      'libs-by-their-names',
      'Import nestjs-redis-session and redis-anywhere by their names, as everybody who installs them does.',
      // A test may look inside, where what it proves has no public face.
      { path: '^(src|bench|tools)/' },
      { path: '^libs/', dependencyTypes: ['local'], dependencyTypesNot: ['aliased'] },
    ),
    error(
      'features-are-strangers',
      'A folder of src/ shows one feature and can be read alone. What two of them need lies directly in src/ or in a shared folder.',
      { path: '^src/([^/]+)/' },
      { path: '^src/[^/]+/', pathNot: ['^src/$1/', `^src/${oneOf(SHARED_FOLDERS)}/`] },
    ),
    error(
      'application-knows-no-tests',
      'The sample runs without tests, benchmarks and tools.',
      { path: '^src/' },
      { path: '^(test|bench|tools)/' },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    exclude: { path: '(^|/)coverage/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'node', 'default'],
    },
  },
};
