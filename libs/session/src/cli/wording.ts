import { days, hours, type Milliseconds, minutes, seconds } from '../common/index.js';
import { harmless } from './terminal.js';

const UNITS: readonly (readonly [name: string, length: Milliseconds])[] = [
  ['d', days(1)],
  ['h', hours(1)],
  ['min', minutes(1)],
  ['s', seconds(1)],
];

/** A length of time as people say it, such as "7 h 59 min"; with `parts: 1` "7 h". */
export function lengthOf(duration: Milliseconds, { parts = 2 } = {}): string {
  let rest = Math.max(0, duration);
  const words: string[] = [];
  for (const [name, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) words.push(`${count} ${name}`);
    if (words.length > 0 && words.length + (count === 0 ? 1 : 0) >= parts) break;
  }
  return words.join(' ') || '0 s';
}

/** An instant and how far it is from now: "2026-07-01T12:00:00.000Z (3 min ago)". */
export function instant(at: number, now: number): string {
  const distance = at > now ? `in ${lengthOf(at - now)}` : `${lengthOf(now - at)} ago`;
  return `${new Date(at).toISOString()} (${distance})`;
}

/** Bytes as people say them, such as "1.4 KiB". */
export function bytes(count: number): string {
  if (count < 1024) return `${Math.round(count)} B`;
  const [size, unit] = count < 1024 ** 2 ? [count / 1024, 'KiB'] : [count / 1024 ** 2, 'MiB'];
  return `${size.toFixed(1)} ${unit}`;
}

/** "1 session", "2 sessions", "1,234 sessions". */
export function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`;
}

/** Columns of fixed width, because rows are printed as they come; what is too long is cut, except in the last one. */
export function row(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((text, at) => {
      const cell = harmless(text);
      const width = widths[at];
      if (width === undefined) return cell;
      return (cell.length > width ? `${cell.slice(0, width - 1)}…` : cell).padEnd(width);
    })
    .join('  ')
    .trimEnd();
}

/** Names with what they stand for, below each other. */
export function listing(entries: readonly (readonly [name: string, text: string | undefined])[]): string {
  const shown = entries.filter(([, text]) => text !== undefined && text !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, text]) => `${name.padEnd(width)}  ${harmless(text ?? '')}`).join('\n');
}
