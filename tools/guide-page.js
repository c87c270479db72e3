// docs/guide.md, made of the rows that the sample's page /guide shows. Without arguments it compares and fails on a difference;
// `--update` writes.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = `${root}docs/guide.md`;
const { GUIDE } = await import(pathToFileURL(`${root}dist/guide/guide.rows.js`).href);

const INTRODUCTION = `# The guide, chapter by chapter

Everything that the guide to Redis session storage teaches, and where the sample application shows it: \`npm start\`, then the page. Where
a route answers both, browsers get a page and programs JSON. Made from [guide.rows.ts](../src/guide/guide.rows.ts) by
\`npm run guide:update\`; a test asks every page and looks for every file.
`;

const link = (file) => `[${file}](../${file})`;
const code = (text) => `\`${text}\``;
const cells = ({ topic, here, page, routes, files, tests }) => [
  `**${topic}**<br>${here}`,
  page === undefined ? '' : code(page),
  routes.map(code).join('<br>'),
  files.map(link).join('<br>'),
  tests.map(link).join('<br>'),
];
const chapters = [...new Set(GUIDE.map(({ chapter }) => chapter))];
const sections = chapters.map((chapter) => {
  const rows = GUIDE.filter((row) => row.chapter === chapter).map((row) => `| ${cells(row).join(' | ')} |`);
  return [
    `## ${chapter}`,
    '',
    '| what | page | route | file | test |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
});
const markdown = `${[INTRODUCTION.trim(), ...sections].join('\n\n')}\n`;

if (process.argv.includes('--update')) writeFileSync(path, markdown);
else if (readFileSync(path, 'utf8') !== markdown) {
  process.stderr.write('docs/guide.md is not what src/guide/guide.rows.ts says: npm run guide:update\n');
  process.exit(1);
}
