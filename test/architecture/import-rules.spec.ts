import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';

/** The arrows of the design, written here once more: this test is what notices a slip in .dependency-cruiser.cjs. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  common: [],
  redis: [],
  store: ['redis'],
  session: ['store', 'redis'],
  http: ['session', 'store'],
  'remember-me': ['session'],
  'login-attempts': ['redis'],
  auth: ['http', 'session', 'remember-me', 'login-attempts'],
  health: ['redis'],
  throttler: ['redis'],
  // Which names it may import from them, .oxlintrc.json says.
  doctor: ['redis', 'store', 'session', 'http', 'remember-me', 'login-attempts', 'auth'],
  cli: ['doctor', 'session', 'store', 'redis'],
  analytics: ['http', 'session', 'redis'],
  testing: ['auth', 'http', 'session', 'store', 'login-attempts'],
  telemetry: [],
};
const ROOMS = Object.keys(ARROWS);
const AT_ROOT = [
  'session.module',
  'session.module-definition',
  'session.providers',
  'session-module.options',
];
const FOR_MODULE = [
  'common',
  'redis',
  'store',
  'session',
  'http',
  'remember-me',
  'login-attempts',
  'auth',
  'doctor',
];

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

const root = resolve(import.meta.dirname, '../..');
const LIB = 'libs/session/src';

/** Writes `files` (path -> text) as a project of its own and returns what the rules of this repository say about it. */
async function violationsIn(files: Readonly<Record<string, string>>): Promise<Violation[]> {
  const project = mkdtempSync(join(tmpdir(), 'import-rules-'));
  try {
    const paths = {
      'nestjs-redis-session': [`./${LIB}/index.ts`],
      'redis-anywhere': ['./libs/redis-anywhere/src/index.ts'],
    };
    const compilerOptions = { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022', paths };
    const all = {
      ...files,
      'tsconfig.json': JSON.stringify({ compilerOptions }),
      'package.json': '{"type":"module"}',
    };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const config = join(root, '.dependency-cruiser.cjs');
    const folders = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [program, '--config', config, '--output-type', 'json', ...folders],
      { cwd: project, maxBuffer: 2 ** 26 },
    );
    return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

/** `from -> to: rule` of every violation, sorted. */
const said = (violations: readonly Violation[]): string[] =>
  violations.map(({ from, to, rule }) => `${from} -> ${to}: ${rule.name}`).toSorted();

describe('the arrows between the rooms of nestjs-redis-session', () => {
  let refused: Set<string>;

  /** Each room, and each file at the root, tries to import each other one: once its values, once only a type. */
  beforeAll(async () => {
    const files: Record<string, string> = {};
    for (const room of ROOMS)
      files[`${LIB}/${room}/index.ts`] = 'export const here = 1;\nexport type Here = 1;\n';
    for (const room of ROOMS) files[`${LIB}/${room}/inner.ts`] = 'export const here = 1;\n';
    const attempts = ROOMS.flatMap((to) => [
      ['value', to, `import { here } from '../${to}/index.js'; export const x = here;`],
      ['type', to, `import type { Here } from '../${to}/index.js'; export const x: Here = 1;`],
      ['again', to, `export { here } from '../${to}/index.js';`],
      ['deep', to, `import { here } from '../${to}/inner.js'; export const x = here;`],
    ]);
    for (const from of ROOMS) {
      for (const [kind, to, text] of attempts) files[`${LIB}/${from}/${kind}-${to}.ts`] = text ?? '';
      files[`${LIB}/${from}/value-session.module.ts`] = `export { x } from '../session.module.js';`;
      files[`${LIB}/${from}/value-main.ts`] = `export { x } from '../index.js';`;
    }
    const toAll = (sources: readonly string[]) =>
      sources.map((path, at) => `export { here as h${at} } from '${path}';`).join('\n');
    const fromRoot = [
      ...ROOMS.map((room) => `./${room}/index.js`),
      ...ROOMS.map((room) => `./${room}/inner.js`),
    ];
    for (const name of AT_ROOT) files[`${LIB}/${name}.ts`] = `${toAll(fromRoot)}\nexport const x = 1;`;
    files[`${LIB}/index.ts`] = `${toAll(fromRoot)}\nexport { x } from './session.module.js';`;
    const ofTheArrows = /^(room-|session-(module|index)$)/;
    refused = new Set(
      (await violationsIn(files))
        .filter(({ rule }) => ofTheArrows.test(rule.name))
        .map(({ from, to }) => `${from.slice(LIB.length + 1)} -> ${to.slice(LIB.length + 1)}`),
    );
  }, 30_000);

  it.each(ROOMS)('%s may import what the design says through index.ts, and nothing else', (from) => {
    for (const to of ROOMS) {
      const isAllowed = from === to || to === 'common' || ARROWS[from]?.includes(to) === true;
      for (const kind of ['value', 'type', 'again']) {
        const tried = `${from}/${kind}-${to}.ts -> ${to}/index.ts`;
        expect([tried, refused.has(tried)]).toEqual([tried, !isAllowed]);
      }
    }
  });

  it.each(ROOMS)('%s cannot reach past the index.ts of another room', (from) => {
    for (const to of ROOMS) {
      const tried = `${from}/deep-${to}.ts -> ${to}/inner.ts`;
      expect([tried, refused.has(tried)]).toEqual([tried, from !== to]);
    }
  });

  it.each(ROOMS)('%s imports neither the module nor the main entry point', (from) => {
    expect(refused).toContain(`${from}/value-session.module.ts -> session.module.ts`);
    expect(refused).toContain(`${from}/value-main.ts -> index.ts`);
  });

  it.each([...AT_ROOT, 'index'])(
    '%s.ts takes the rooms beneath the module through their index.ts',
    (name) => {
      for (const room of ROOMS) {
        const tried = `${name}.ts -> ${room}/index.ts`;
        expect([tried, refused.has(tried)]).toEqual([tried, !FOR_MODULE.includes(room)]);
        expect(refused).toContain(`${name}.ts -> ${room}/inner.ts`);
      }
    },
  );

  it('index.ts takes the module', () => {
    expect(refused).not.toContain('index.ts -> session.module.ts');
  });
});

describe('the other import rules', () => {
  const one = 'export const one = 1;\n';

  it('have nothing to say about a tidy project', async () => {
    const files = {
      [`${LIB}/common/index.ts`]: `export { one } from './one.js';`,
      [`${LIB}/common/one.ts`]: one,
      [`${LIB}/redis/index.ts`]: `import { one } from '../common/index.js'; export const two = one + 1;`,
      [`${LIB}/session.module.ts`]: `export { two } from './redis/index.js';`,
      [`${LIB}/index.ts`]: `export { two } from './session.module.js';`,
      'libs/redis-anywhere/src/index.ts': one,
      'src/visits/visits.page.ts': `import { two } from 'nestjs-redis-session'; export { html } from '../pages/html.js'; export const x = two;`,
      'src/visits/visits.controller.ts': `export { x } from './visits.page.js';`,
      'src/pages/html.ts': `import { place } from '../place.js'; export const html = place;`,
      'src/place.ts': `export { one as place } from 'redis-anywhere';`,
      'test/visits/visits.spec.ts': `import { two } from 'nestjs-redis-session'; export { x } from '../../src/visits/visits.page.js'; export const y = two;`,
    };
    expect(said(await violationsIn(files))).toEqual([]);
  });

  it('find each violation, and only that', async () => {
    const files = {
      [`${LIB}/index.ts`]: one,
      'libs/redis-anywhere/src/index.ts': one,
      // A circle, closed by a type import.
      [`${LIB}/store/circle.a.ts`]: `import type { B } from './circle.b.js'; export type A = B; export const a = 1;`,
      [`${LIB}/store/circle.b.ts`]: `import { a } from './circle.a.js'; export type B = typeof a;`,
      // Rooms and files at the root that the rules do not know.
      [`${LIB}/helpers/lonely.ts`]: `import { one } from '../common/index.js'; export const x = one;`,
      [`${LIB}/common/index.ts`]: one,
      [`${LIB}/anything.ts`]: `import { one } from './common/index.js'; export const x = one;`,
      // Libraries and what stands around them.
      [`${LIB}/redis/to-test.ts`]: `export { one } from '../../../../test/one.js';`,
      [`${LIB}/redis/to-application.ts`]: `export { one } from '../../../../src/one.js';`,
      [`${LIB}/redis/to-anywhere.ts`]: `export { one } from 'redis-anywhere';`,
      'libs/redis-anywhere/src/to-session.ts': `export { one } from 'nestjs-redis-session';`,
      'libs/redis-anywhere/src/to-application.ts': `export { one } from '../../../src/one.js';`,
      // The application and the tests.
      'src/one.ts': one,
      'src/login/login.page.ts': `export { one } from '../visits/visits.page.js';`,
      'src/visits/visits.page.ts': one,
      'src/pages/layout.ts': `export { one } from '../visits/visits.page.js';`,
      'src/by-path.ts': `export { one } from '../libs/session/src/index.js';`,
      'src/to-test.ts': `export { one } from '../test/one.js';`,
      'src/nowhere.ts': `export { one } from './not-there.js';`,
      'test/one.ts': one,
      'test/by-path.spec.ts': `export { one } from '../libs/redis-anywhere/src/index.js';`,
    };
    expect(said(await violationsIn(files))).toEqual(
      [
        `${LIB}/store/circle.a.ts -> ${LIB}/store/circle.b.ts: no-circular`,
        `${LIB}/helpers/lonely.ts -> ${LIB}/common/index.ts: room-unknown`,
        `${LIB}/anything.ts -> ${LIB}/common/index.ts: room-unknown`,
        `${LIB}/redis/to-test.ts -> test/one.ts: libs-know-no-application`,
        `${LIB}/redis/to-application.ts -> src/one.ts: libs-know-no-application`,
        `${LIB}/redis/to-anywhere.ts -> libs/redis-anywhere/src/index.ts: session-without-redis-anywhere`,
        `libs/redis-anywhere/src/to-session.ts -> ${LIB}/index.ts: redis-anywhere-without-session`,
        'libs/redis-anywhere/src/to-application.ts -> src/one.ts: libs-know-no-application',
        'src/login/login.page.ts -> src/visits/visits.page.ts: features-are-strangers',
        'src/pages/layout.ts -> src/visits/visits.page.ts: features-are-strangers',
        `src/by-path.ts -> ${LIB}/index.ts: libs-by-their-names`,
        'src/to-test.ts -> test/one.ts: application-knows-no-tests',
        'src/nowhere.ts -> ./not-there.js: unresolvable',
      ].toSorted(),
    );
  });
});
