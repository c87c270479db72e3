import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

const PAGE = new URL('../../docs/reliability.md', import.meta.url);
const TITLE = '## Failover';
const COLUMNS = [
  'requests',
  'of them errors',
  'slowest answer from the loss on',
  'confirmed and lost',
  'revived',
];
const INTRO = `
What \`npm run chaos\` measured, written by \`FIGURES=1 npm run chaos\`. 64 browsers log in, write ten times and log out, over and over, with a pause of 50 ms
between two requests; whatever they were told is checked afterwards. "Lost" are logins and writes that were confirmed and are not there, "revived"
sessions that are there after their logout. Browsers, application and all nodes share one machine; how fast a successor is agreed on is up to
Sentinels and nodes ([settings](high-availability.md#settings-that-worked)).
`;

/** What a test of a failover found; `undefined` where it did not look. */
export interface Figures {
  requests: number;
  errors: number;
  /** Milliseconds. */
  slowest?: number;
  lost?: number;
  revived?: number;
}

/** With `FIGURES=1`, writes a row of the table of failovers in docs/reliability.md. */
export async function keepFigures(what: string, figures: Figures): Promise<void> {
  if (process.env.FIGURES === undefined) return;
  const { requests, errors, slowest, lost, revived } = figures;
  const seconds = slowest === undefined ? undefined : `${(slowest / 1_000).toFixed(1)} s`;
  const cells = [what, requests, errors, seconds, lost, revived].map((cell) => String(cell ?? '-'));
  const page = await readFile(PAGE, 'utf8');
  const [before = '', after = ''] = page.split(`${TITLE}\n`);
  const rows = after
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|\s*(\||-)/.test(line))
    .filter((line) => line.split('|')[1]?.trim() !== what);
  const table = [['', ...COLUMNS], ['---', ...COLUMNS.map(() => '---:')], cells].map(
    (row) => `| ${row.join(' | ')} |`,
  );
  const text = [
    before.trimEnd(),
    '',
    TITLE,
    INTRO,
    ...table.slice(0, 2),
    ...rows,
    ...table.slice(2),
    '',
  ].join('\n');
  await writeFile(PAGE, await format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' }));
}
