// Makes the sign-up nicer where JavaScript runs. A form that is sent twice makes one account all the same: the server sees to it.

const forms = document.querySelectorAll('form[data-once]');
for (const form of forms) {
  form.addEventListener('submit', (event) => {
    // A double click: the browser would drop the answer to the first one, and the fresh cookie with it.
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
  });
}
// Back from the next page: the browser may show this one as it was left.
addEventListener('pageshow', () => {
  for (const form of forms) delete form.dataset.sent;
});

const repeated = document.getElementById('repeated');
if (repeated) {
  const password = document.getElementById('password');
  const compare = () => {
    const isSame = repeated.value === password.value;
    repeated.setCustomValidity(isSame ? '' : 'This is not the same password.');
  };
  password.addEventListener('input', compare);
  repeated.addEventListener('input', compare);
  compare();
}
