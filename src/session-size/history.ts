import type { Activity } from './history.session.js';

const PAGES = [
  '/products/oak-table',
  '/products/reading-chair',
  '/search?q=linen',
  '/orders/2026-118',
  '/help/returns',
];

/** About so many kilobytes of history, after `count` entries that are there already. */
export function moreHistory(kilobytes: number, count: number): Activity[] {
  const entries: Activity[] = [];
  for (let bytes = 0; bytes < kilobytes * 1024; bytes += JSON.stringify(entries.at(-1)).length + 1) {
    const number = count + entries.length;
    const at = new Date(Date.UTC(2026, 0, 1) + number * 61_000).toISOString();
    entries.push({
      at,
      action: number % 3 === 0 ? 'searched' : 'viewed',
      page: PAGES[number % PAGES.length] ?? '/',
    });
  }
  return entries;
}
