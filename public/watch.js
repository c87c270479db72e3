// Notices that this page's session has ended, and says so: on another device, because its time is up, or in another tab.
//
// Asks the server every second or so while the page is seen. The answer keeps no session alive. Before the dialog opens, the document gets
// a "session-ended" event; whoever prevents its default shows something else.

/** ms. Together with SECOND_LOOK and two answers it stays below two seconds. */
const EVERY = 1_250;
/**
 * ms. After a change of password or a confirmation in another tab, a question may have left with the old cookie. So nobody is told that the
 * session has ended before a second question has said so too.
 */
const SECOND_LOOK = 250;
/** ms, while the server or the network does not answer. */
const LONGEST = 30_000;
/** ms to wait for one answer. */
const PATIENCE = 5_000;
/** ms to leave a page; a download, which does not leave it, also says that it is leaving. */
const LEAVING = 10_000;

const WORDS = {
  SESSION_ENDED: [
    'You were logged out on another device',
    'This session was ended from there, or because your password was changed.',
  ],
  SESSION_EXPIRED: ['Your session has expired', 'You have not been active for a while.'],
  SESSION_STOLEN: [
    'You were logged out to protect you',
    'Somebody else seems to have used a copy of your session. Log in again, and change your password.',
  ],
  UNAUTHENTICATED: ['You are logged out', 'You have logged out in another tab or window.'],
};

const { stillHere } = document.querySelector('script[data-still-here]').dataset;
let timer;
let failures = 0;
let isLooking = false;
let hasEnded = false;
let leavingUntil = 0;

function lookIn(wait) {
  clearTimeout(timer);
  if (!hasEnded && !isLooking && !document.hidden) timer = setTimeout(() => void look(), wait);
}

async function look() {
  if (!isStaying()) {
    lookIn(leavingUntil - performance.now());
    return;
  }
  const startedAt = performance.now();
  isLooking = true;
  let code = await whyEnded();
  if (code !== undefined) {
    await new Promise((resolve) => {
      setTimeout(resolve, SECOND_LOOK);
    });
    code = await whyEnded();
  }
  isLooking = false;
  if (code !== undefined && isStaying()) {
    hasEnded = true;
    tell(code);
    return;
  }
  const wait = failures === 0 ? EVERY : Math.min(EVERY * 2 ** failures, LONGEST);
  lookIn(Math.max(wait - (performance.now() - startedAt), 0));
}

/** Why the session has ended; `undefined` if it has not, or nobody knows. */
async function whyEnded() {
  try {
    const response = await fetch(stillHere, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE),
    });
    failures = response.ok || response.status === 401 ? 0 : failures + 1;
    return response.status === 401 ? (await response.json()).code : undefined;
  } catch {
    failures += 1;
    return undefined;
  }
}

/** What is asked while the page is being left may be answered for a session that the next page replaces. */
const isStaying = () => performance.now() >= leavingUntil;

function tell(code) {
  const isOurs = document.dispatchEvent(
    new CustomEvent('session-ended', { detail: { code }, cancelable: true }),
  );
  if (!isOurs) return;
  const [title, text] = WORDS[code] ?? WORDS.UNAUTHENTICATED;
  const dialog = document.createElement('dialog');
  const heading = Object.assign(document.createElement('h2'), { id: 'session-ended', textContent: title });
  const words = Object.assign(document.createElement('p'), { textContent: text });
  const logIn = Object.assign(document.createElement('a'), { href: '/login', textContent: 'Log in again' });
  const close = Object.assign(document.createElement('button'), { textContent: 'Stay on this page' });
  const row = document.createElement('div');
  logIn.className = 'button';
  close.className = 'quiet';
  row.className = 'row';
  row.append(logIn, close);
  close.addEventListener('click', () => dialog.close());
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.append(heading, words, row);
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener('beforeunload', () => {
  leavingUntil = performance.now() + LEAVING;
});
addEventListener('online', () => {
  failures = 0;
  lookIn(0);
});
document.addEventListener('visibilitychange', () => lookIn(0));
lookIn(EVERY);
