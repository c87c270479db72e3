// After too many attempts the button waits until the next one is allowed. The server refuses earlier ones in any case.
import { countDown } from './countdown.js';

const wait = document.querySelector('#wait');
if (wait) {
  const form = document.querySelector('form[action="/login"]');
  const name = form.elements.namedItem('username');
  const button = form.querySelector('button');
  // As the page came: another one may have been typed before this script did.
  const refused = name.defaultValue;
  let isOver = false;
  // Another account may be free, so only the name that was refused has to wait.
  const update = () => (button.disabled = !isOver && name.value === refused);
  name.addEventListener('input', update);
  update();

  const left = wait.querySelector('.countdown');
  countDown(left, Number(left.dataset.left), () => {
    isOver = true;
    update();
    wait.hidden = true;
    document.querySelector('.notice.bad')?.remove();
    // It was there, and empty, all the time, so that screen readers read out what changes.
    const news = document.querySelector('#wait-over');
    news.textContent = 'You can try again now.';
    news.className = 'notice good';
  });
}
