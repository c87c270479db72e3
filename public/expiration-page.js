// Keeps the times of the page "Expiration" true, by asking what is left. Asking does not move the end.
import { countDown } from './countdown.js';

const EVERY = 5_000;

const counters = [...document.querySelectorAll('main .countdown[data-of]')];
const asked = document.querySelector('#asked');
let count = 0;

async function look() {
  try {
    const response = await fetch('/expiration/time-left', { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`time-left answered ${response.status}`);
    const { timeLeft, idleLeft, absoluteLeft } = await response.json();
    const left = { timeLeft, absolute: absoluteLeft };
    for (const counter of counters) countDown(counter, left[counter.dataset.of] ?? idleLeft);
    asked.hidden = false;
    asked.querySelector('span').textContent = String(++count);
    if (timeLeft === 0) {
      document.querySelector('#session-over').textContent = 'This session is over.';
      return;
    }
    setTimeout(() => void look(), Math.min(EVERY, timeLeft + 100));
  } catch {
    setTimeout(() => void look(), EVERY);
  }
}

if (asked) void look();
