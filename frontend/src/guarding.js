// The secret of a child's link stands behind the `#`: it is taken out of the address at once, waits in this tab
// until its guardian has signed in, and goes into the form.
const KEY = 'tazalyq-guardian-link';
const keep = (act) => {
  try {
    return act(window.sessionStorage);
  } catch (error) {
    return null; // a browser that keeps nothing: the field is there to type it
  }
};

const brought = window.location.hash.slice(1);
if (brought.includes('.')) {
  keep((kept) => kept.setItem(KEY, brought));
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}

const form = document.getElementById('agree');
const secret = brought.includes('.') ? brought : keep((kept) => kept.getItem(KEY));
if (form && secret) {
  const field = document.getElementById('secret');
  const isWrong = field.getAttribute('aria-invalid') === 'true';
  if (!isWrong) {
    field.value = secret;
    document.getElementById('link-typed').hidden = true;
    document.getElementById('link-read').hidden = false;
  }
}
// Used up, or another one is needed.
if (!form && document.getElementById('child-1')) keep((kept) => kept.removeItem(KEY));
if (form && document.querySelector('#secret[aria-invalid="true"]')) keep((kept) => kept.removeItem(KEY));
