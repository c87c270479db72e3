// Lets the times of a page run out, see src/pages/countdown.tsx.

const UNITS = [
  ['day', 'days', 86_400],
  ['h', 'h', 3_600],
  ['min', 'min', 60],
  ['s', 's', 1],
];
/** Timers of browsers take no longer time; nothing that shows days needs a faster one. */
const LONGEST = 60 * 60 * 1000;

const running = new WeakMap();

/** A length of time as the server writes it. */
function lengthOf(time) {
  let left = Math.max(0, Math.ceil(time / 1000));
  const first = UNITS.findIndex(([, , size]) => left >= size);
  if (first === -1) return '0 s';
  const parts = [];
  for (const [one, many, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${count === 1 ? one : many}`);
  }
  return parts.join(' ');
}

/**
 * Lets the text of an element count down from now on, instead of what it counted before.
 *
 * The end is an instant, so that a computer that slept, or a tab whose timers were slowed, shows the right time afterwards.
 */
export function countDown(element, left, onOver = () => undefined) {
  clearTimeout(running.get(element));
  const end = Date.now() + left;
  const tick = () => {
    const now = Math.max(0, end - Date.now());
    element.textContent = now > 0 ? lengthOf(now) : (element.dataset.over ?? lengthOf(0));
    if (now === 0) onOver();
    else running.set(element, setTimeout(tick, Math.min(now % 1000 || 1000, LONGEST)));
  };
  tick();
}

for (const element of document.querySelectorAll('.countdown[data-left]')) {
  countDown(element, Number(element.dataset.left));
}
