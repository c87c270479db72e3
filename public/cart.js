// Changes the cart without loading the page anew. The forms work without this; it sends the same, and takes the cart out of the page
// that comes back.

/** How long what happened can be read, ms. */
const NEWS_TIME = 5_000;
const news = document.getElementById('cart-news');
let hiding;
/** One after the other, so that an older cart never takes the place of a newer one. */
let sent = Promise.resolve();

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.closest('.shop')) return;
  event.preventDefault();
  // Now, because the form may have been replaced when its turn comes.
  const body = new URLSearchParams(new FormData(form));
  sent = sent.then(() => send(form.action, body));
});

async function send(path, body) {
  try {
    const answer = await fetch(path, { method: 'POST', body, headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const cart = page.getElementById('cart');
    if (!cart) throw new Error('a page without a cart');
    show(cart);
  } catch {
    // Whether it was carried out is not known, so it is not sent again: the page shows what is in the cart.
    location.assign('/cart');
  }
}

function show(cart) {
  const before = document.getElementById('cart');
  const focused = before.contains(document.activeElement) ? document.activeElement.id : undefined;
  before.replaceWith(cart);
  // What had the focus is another element now, or gone with its line.
  if (focused !== undefined)
    (document.getElementById(focused) ?? document.getElementById('cart-title')).focus();
  const total = [...(cart.querySelector('.total')?.children ?? [])].map((part) => part.textContent);
  // The cart may be out of sight.
  news.textContent =
    cart.querySelector('[role="alert"]')?.textContent ??
    (total.length ? `In your cart: ${total.join(', ')}` : 'Your cart is empty.');
  clearTimeout(hiding);
  hiding = setTimeout(() => news.replaceChildren(), NEWS_TIME);
}
