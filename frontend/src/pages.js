// What makes the pages quicker for who has JavaScript. Without it each of them does all the same.
import { dropTick, forgetLeft, ticksBy } from './door/store.js';
import { keepTyped } from './pages/typed.js';

const script = document.currentScript;
const each = (selector, act) => Array.prototype.forEach.call(document.querySelectorAll(selector), act);

// htmx asks for what came in 2020: an older browser goes on as one without scripts.
const isNewEnough = String.prototype.replaceAll && Element.prototype.replaceChildren;
if (isNewEnough && document.querySelector('[hx-get],[hx-post]')) {
  const htmx = document.createElement('script');
  htmx.src = script.dataset.htmx;
  document.head.appendChild(htmx);
}

// A check-in that was kept without signal goes out from whatever page is opened next.
const taps = (person) => {
  try {
    return Object.keys(localStorage).filter((key) => key.indexOf('tazalyq-tap:') === 0
      && (!person || localStorage.getItem(key).indexOf(person) > 0));
  } catch {
    // A browser that keeps nothing has kept nothing.
    return [];
  }
};
if (taps().length && script.dataset.checkIn && !document.querySelector('#check-in, #check-in-scanned')) {
  const sender = document.createElement('script');
  sender.src = script.dataset.checkIn;
  document.head.appendChild(sender);
}
// A door's list goes with its person. What they have ticked without signal is looked for where they can sign out.
forgetLeft().catch(() => null);
// Signing out takes it away, and one's own taps: that is said first. Another's wait for them.
each('form[data-person]', (form) => {
  let ticks = [];
  ticksBy(form.dataset.person).then((found) => { ticks = found; }).catch(() => null);
  form.addEventListener('submit', (event) => {
    const mine = taps(form.dataset.person);
    if (form.dataset.warns && (ticks.length || mine.length) && !window.confirm(form.dataset.warns)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    mine.forEach((key) => localStorage.removeItem(key));
    if (!ticks.length) return;
    event.preventDefault();
    const go = () => form.submit();
    Promise.all(ticks.map((tick) => dropTick(tick.id))).then(go, go);
  });
});

// A refused form: its list of errors is read first. It has answered a form, and is come back to as a page.
const summary = document.querySelector('[data-focus]');
if (summary) {
  summary.focus();
  history.replaceState(history.state, '', location.href);
}
keepTyped(Boolean(summary));

// Buttons that only a script can serve.
each('[data-print]', (button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});

each('[data-copy]', (button) => {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value)
    .then(() => { button.textContent = button.dataset.copied; }));
});

// «I am here»: the point of where the phone is goes into its field, which could be typed as well.
each('[data-locate]', (button) => {
  if (!navigator.geolocation || !window.isSecureContext) return;
  const field = document.getElementById(button.dataset.locate);
  const said = document.getElementById(`${button.dataset.locate}-found`);
  const found = ({ coords }) => {
    // To find what is near, about a kilometre is enough: nothing finer leaves the phone.
    if (button.dataset.coarse) {
      window.location.assign(`${button.dataset.coarse}?near=${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
      return;
    }
    field.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
    said.textContent = button.dataset.found.replace('0', Math.round(coords.accuracy));
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    said.textContent = button.dataset.finding;
    const failed = () => { said.textContent = button.dataset.failed; };
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: !button.dataset.coarse, timeout: 20000 });
  });
});

// A second press does nothing. Where a file is answered, the page stays, and its button serves again.
const FILE_COMES_MS = 3000;
each('form[method="post"]', (form) => {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = 'yes';
    if (form.hasAttribute('data-file')) setTimeout(() => form.removeAttribute('data-sent'), FILE_COMES_MS);
  });
});

// Back by the browser's button: the page as it was before the press; of who was here before somebody signed in or out, no page.
const here = () => (/(?:^|; )tazalyq_here=(\w*)/.exec(document.cookie) || [''])[0];
const wasHere = here();
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  if (here() !== wasHere) {
    document.body.hidden = true;
    location.reload();
    return;
  }
  each('form[data-sent]', (form) => form.removeAttribute('data-sent'));
});

// Five minutes before a session ends, of which so many seconds are left, it is said, with a way to stay.
each('[data-session-ends]', (notice) => {
  const left = (Number(notice.dataset.sessionEnds) - 5 * 60) * 1000;
  setTimeout(() => { notice.hidden = false; }, Math.max(0, left));
});
