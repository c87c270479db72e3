// Makes choosing a password easier where JavaScript runs; nothing needs it.

const form = document.querySelector('form[data-shortest]');
const chosen = form.elements.newPassword;
const shortest = Number(form.dataset.shortest);

// How long it is so far. Not read out with each key; the rule stands above the field.
const length = document.createElement('span');
length.className = 'soft';
chosen.after(length);
const tell = () => {
  const count = [...chosen.value].length;
  length.textContent = count >= shortest ? `${count} characters` : `${count} of ${shortest} characters`;
};
chosen.addEventListener('input', tell);
// Typed before this came.
if (chosen.value !== '') tell();

// What is typed can be looked at (NIST SP 800-63B-4).
const show = document.createElement('input');
Object.assign(show, { type: 'checkbox', id: 'show' });
const label = document.createElement('label');
Object.assign(label, { htmlFor: 'show', textContent: 'Show the password' });
const tick = document.createElement('div');
tick.className = 'tick';
tick.append(show, label);
form.lastElementChild.before(tick);
show.addEventListener('change', () => {
  for (const field of [chosen, form.elements.repeat]) field.type = show.checked ? 'text' : 'password';
});

// Sent once: a second change would come from a session that the first one replaced.
form.addEventListener('submit', () => {
  // Browsers offer to keep what was in a password field.
  for (const field of [chosen, form.elements.repeat]) field.type = 'password';
  form.querySelector('button').disabled = true;
});
addEventListener('pageshow', () => {
  form.querySelector('button').disabled = false;
});
