// docs/images/benchmarks.svg: bars, readable on light and dark pages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { VARIANTS } from './variants.js';

const WIDTH = 960;
const LABELS = 330;
const PANEL = 190;
const GAP = 20;
const ROW = 24;
const BAR = 14;
const TOP = 70;

/** Of three panels each: what its bars are, and what is marked. */
const PANELS = [
  {
    title: 'Read',
    of: 'requests/s of the bare app’s',
    value: (of, key) => of.ratio(key, 'read small 64'),
    name: 'read small 64',
    mark: 1,
    digits: 2,
  },
  {
    title: 'Write',
    of: 'requests/s of the bare app’s',
    value: (of, key) => of.ratio(key, 'write small 64'),
    name: 'write small 64',
    mark: 1,
    digits: 2,
  },
  {
    title: 'Read',
    of: 'µs of CPU a request',
    value: (of, key) => of.spread(key, 'read small 64', 'cpu'),
    name: 'read small 64',
    digits: 0,
  },
];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .head { font-weight: 600 }
  .quiet { fill: #57606a }
  .bar { fill: #8c959f }
  .ours { fill: #0969da }
  .line { stroke: #57606a; stroke-width: 1.5 }
  .end { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .bar { fill: #656c76 }
    .ours { fill: #4493f8 }
    .line { stroke: #9198a1 }
    .end { stroke: #3d444d }
  }`;

export function plot(summary) {
  const keys = Object.keys(VARIANTS).filter(
    (key) => !key.endsWith('-again') && summary.has(key, 'read small 64'),
  );
  const panels = PANELS.map((panel) => ({
    ...panel,
    most: Math.max(
      ...keys
        .filter((key) => summary.has(key, panel.name))
        .flatMap((key) => [panel.value(summary, key).median, panel.value(summary, key).half[1]]),
    ),
  }));
  const bottom = heightOf(keys) - 12;
  const upright = (x, more = '') =>
    `<line class="end" x1="${x}" y1="${TOP - 16}" x2="${x}" y2="${bottom}"${more}/>`;
  const parts = panels.map(({ title, of, mark, most }, index) => {
    const left = leftOf(index);
    const line = mark === undefined ? '' : upright(left + lengthOf(mark, most), ' stroke-dasharray="3 3"');
    return text(left, 24, title, 'head') + text(left, 42, of, 'quiet') + upright(left) + line;
  });
  let y = TOP;
  let adapter = '';
  for (const key of keys) {
    if (VARIANTS[key].adapter !== adapter) {
      ({ adapter } = VARIANTS[key]);
      parts.push(text(0, y + 12, adapter === 'express' ? 'Express' : 'Fastify', 'head'));
      y += ROW;
    }
    parts.push(text(12, y + 12, VARIANTS[key].title.replaceAll('`', '')));
    for (const [index, panel] of panels.entries()) parts.push(bar(summary, key, { ...panel, index, y }));
    y += ROW;
  }
  const alternative =
    'Requests a second and CPU of each way to keep sessions; the tables of the page have the same figures.';
  mkdirSync(new URL('../../docs/images/', import.meta.url), { recursive: true });
  writeFileSync(
    new URL('../../docs/images/benchmarks.svg', import.meta.url),
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${heightOf(keys)}" role="img" aria-label="${alternative}">\n` +
      `<style>${STYLE}\n</style>\n${parts.join('\n')}\n</svg>\n`,
  );
}

/** A bar to the median, a line over the middle half, and the figure. */
function bar(summary, key, { index, y, name, value, most, digits }) {
  const left = leftOf(index);
  if (!summary.has(key, name)) return text(left + 4, y + 12, 'not possible', 'quiet');
  const { median, half } = value(summary, key);
  const at = (number) => lengthOf(number, most);
  const kind = VARIANTS[key].setUp.startsWith('ours') ? 'bar ours' : 'bar';
  const [low, high] = half.map((number) => left + at(number));
  const middle = y + BAR / 2;
  return (
    `<rect class="${kind}" x="${left}" y="${y}" width="${at(median).toFixed(1)}" height="${BAR}" rx="2"/>` +
    `<line class="line" x1="${low.toFixed(1)}" y1="${middle}" x2="${high.toFixed(1)}" y2="${middle}"/>` +
    text(left + Math.max(at(median), at(half[1])) + 5, y + 12, median.toFixed(digits), 'quiet')
  );
}

/** Room is left for the figure behind a bar. */
const lengthOf = (number, most) => Math.max(0, Math.min(1, number / most)) * PANEL * 0.8;
const leftOf = (index) => LABELS + index * (PANEL + GAP);
const heightOf = (keys) =>
  TOP + (keys.length + new Set(keys.map((key) => VARIANTS[key].adapter)).size) * ROW + 16;
const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const text = (x, y, words, kind) =>
  `<text x="${x.toFixed(1)}" y="${y}"${kind === undefined ? '' : ` class="${kind}"`}>${escaped(words)}</text>`;
