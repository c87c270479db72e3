// Warns before the session ends, on every page of whoever is logged in; the dialog is in src/pages/session-end.tsx.
//
// Asks the server when the warning would be due, not all the time, since other tabs may have moved the end. Asking moves nothing.
import { countDown } from './countdown.js';

/** While the dialog is open, ms: what happens on another device shows after that. Other tabs tell at once. */
const WHILE_OPEN = 5_000;
/** After a failure, ms. */
const AGAIN = 3_000;
/** After an end, so that the answer is not from just before it, ms. */
const LATER = 100;
/** Timers of browsers take no longer time, ms. */
const LONGEST = 12 * 60 * 60 * 1000;

const TITLES = {
  idle: 'Are you still there?',
  absolute: 'This session ends soon',
  over: 'You have been logged out',
};

const dialog = document.querySelector('#session-end');
const title = dialog.querySelector('h2');
const problem = dialog.querySelector('[data-problem]');
const otherTabs = new BroadcastChannel('session-end');
let timer;
let shown;
/** Closed by its reader: the same warning does not come again. */
let dismissed;

async function ask(path, init) {
  const response = await fetch(path, { ...init, cache: 'no-store', headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** The end has moved. */
function tellTabs() {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches this origin only, and takes no other argument
  otherTabs.postMessage('active');
}

function lookIn(time) {
  clearTimeout(timer);
  timer = setTimeout(() => void look(), Math.min(time, LONGEST));
}

async function look() {
  clearTimeout(timer);
  if (shown === 'over') return;
  try {
    judge(await ask('/expiration/time-left'));
  } catch {
    lookIn(AGAIN);
  }
}

function judge({ timeLeft, warnBelow, canStay, isLoggedIn }) {
  if (!isLoggedIn) {
    show('over');
  } else if (timeLeft > warnBelow) {
    hide();
    lookIn(timeLeft - warnBelow + LATER);
  } else {
    show(canStay ? 'idle' : 'absolute', timeLeft);
    lookIn(Math.min(timeLeft + LATER, WHILE_OPEN));
  }
}

function show(what, timeLeft = 0) {
  for (const each of dialog.querySelectorAll('[data-when]')) each.hidden = each.dataset.when !== what;
  title.textContent = TITLES[what];
  const part = dialog.querySelector(`[data-when=${what}]`);
  const left = part.querySelector('.countdown');
  if (left) countDown(left, timeLeft);
  const isNew = shown !== what;
  shown = what;
  if (what === dismissed || (!dialog.open && document.querySelector('dialog[open]'))) return;
  if (!dialog.open) dialog.showModal();
  // At the end the title: who presses Enter at that moment should not leave a page with something typed in it.
  if (isNew) (what === 'over' ? title : part.querySelector('button')).focus();
}

function hide() {
  shown = undefined;
  dismissed = undefined;
  problem.textContent = '';
  dialog.close();
}

async function stay() {
  try {
    judge(await ask('/expiration/stay', { method: 'POST' }));
    tellTabs();
  } catch {
    problem.textContent = 'That has not worked. Please try again.';
    await look();
  }
}

dialog.querySelector('form[action="/expiration/stay"]').addEventListener('submit', (event) => {
  event.preventDefault();
  void stay();
});
dialog.querySelector('[data-close]').addEventListener('click', () => {
  dismissed = shown;
  dialog.close();
});
// The Escape key.
dialog.addEventListener('cancel', () => {
  dismissed = shown;
});

otherTabs.addEventListener('message', () => void look());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void look();
});
addEventListener('pageshow', (event) => {
  if (event.persisted) void look();
});
// Something else on the page has noticed the end. One dialog is enough.
document.addEventListener('session-ended', (event) => {
  if (!dialog.open) return;
  event.preventDefault();
  clearTimeout(timer);
  show('over');
});

// Opening a page is activity, which moves the end for all tabs.
tellTabs();
void look();
