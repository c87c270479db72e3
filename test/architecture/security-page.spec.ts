import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', root), 'utf8');
const rows = [...page.matchAll(/^\| (\d+\.\d+\.\d+) .*\|$/gm)].map(([row, no]) => ({
  no: no!,
  row,
  tests: [...row.matchAll(/`(test\/[^`]+)`(?:: ([^;|]+?))?(?= *[;|])/g)].map(([, file, title]) => ({
    file: file!,
    title: title?.replaceAll('\\', ''),
  })),
}));
const V7 = [
  '1.1',
  '1.2',
  '1.3',
  '2.1',
  '2.2',
  '2.3',
  '2.4',
  '3.1',
  '3.2',
  '4.1',
  '4.2',
  '4.3',
  '4.4',
  '4.5',
  '5.1',
  '5.2',
  '5.3',
  '6.1',
  '6.2',
];

describe('docs/security.md', () => {
  it('has a row for each requirement of chapter V7', () => {
    expect(rows.map(({ no }) => no).filter((no) => no.startsWith('7.'))).toEqual(V7.map((no) => `7.${no}`));
  });

  it('names a test in each row that the module covers', () => {
    const uncovered = rows.filter(({ row, tests }) => /\balone:/.test(row) && tests.length === 0);
    expect(uncovered.map(({ no }) => no)).toEqual([]);
    expect(rows.filter(({ row }) => /\balone:/.test(row))).toHaveLength(13);
  });

  it.each(rows.flatMap(({ no, tests }) => tests.map(({ file, title }) => [no, file, title ?? ''] as const)))(
    '%s: %s %s',
    (_, file, title) => {
      expect(existsSync(new URL(file, root))).toBe(true);
      expect(readFileSync(new URL(file, root), 'utf8')).toContain(title);
    },
  );
});
