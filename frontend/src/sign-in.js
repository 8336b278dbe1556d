// Door (b) with Firebase: the number is proven to Google, its token to us. Only the sign-in page loads this.
import { initializeApp } from '@firebase/app';
import {
  RecaptchaVerifier,
  connectAuthEmulator,
  inMemoryPersistence,
  initializeAuth,
  signInWithPhoneNumber,
} from '@firebase/auth';

const PATIENCE_MS = 5000;
const box = document.getElementById('by-firebase');
const number = document.getElementById('firebase-number');
const typed = document.getElementById('firebase-code');
const entry = document.getElementById('by-token');
const show = (id) => { document.getElementById(id).hidden = false; };
const hide = (id) => { document.getElementById(id).hidden = true; };

const app = initializeApp({
  apiKey: box.dataset.key,
  authDomain: box.dataset.domain,
  projectId: box.dataset.project,
});
// Nothing is kept in the browser: our own session is.
const auth = initializeAuth(app, { persistence: inMemoryPersistence });
auth.languageCode = document.documentElement.lang;
if (box.dataset.emulator) connectAuthEmulator(auth, box.dataset.emulator, { disableWarnings: true });

// Where Google does not answer, the other door is offered.
const inTime = (work) => Promise.race([
  work,
  new Promise((_, reject) => { setTimeout(() => reject(new Error('away')), PATIENCE_MS); }),
]);
const NOTICES = ['firebase-away', 'firebase-wrong', 'firebase-over', 'firebase-often'];
// By these no code can be typed any more: another one is asked for, for the number that stands there.
const OVER = {
  'auth/code-expired': 'firebase-over',
  'auth/session-expired': 'firebase-over',
  'auth/too-many-requests': 'firebase-often',
};
const anew = () => {
  document.getElementById('firebase-digits').value = '';
  hide('firebase-code');
  show('firebase-number');
};
const failed = (error) => {
  NOTICES.forEach(hide);
  const isAway = error.message === 'away' || error.code === 'auth/network-request-failed' || !error.code;
  show(isAway ? 'firebase-away' : OVER[error.code] || 'firebase-wrong');
  if (OVER[error.code]) anew();
};

let verifier;
let sent;
const google = box.dataset.emulator || 'https://identitytoolkit.googleapis.com/';
const prove = () => {
  if (!verifier) verifier = new RecaptchaVerifier(auth, 'firebase-get', { size: 'invisible' });
  return inTime(Promise.all([fetch(google, { mode: 'no-cors' }), verifier.render()]));
};

const ask = () => {
  const phone = document.getElementById('firebase-phone').value.replace(/[^+0-9]/g, '');
  return prove()
    .then(() => signInWithPhoneNumber(auth, phone.replace(/^8(?=\d{10}$)/, '+7'), verifier))
    .then((confirmation) => {
      sent = confirmation;
      NOTICES.forEach(hide);
      hide('firebase-number');
      show('firebase-code');
      document.getElementById('firebase-digits').focus();
    });
};

const confirm = () => {
  // Where Google is slow the other door is offered, and this one stays open: the code is used by now.
  const late = setTimeout(() => failed(new Error('away')), PATIENCE_MS);
  const done = () => clearTimeout(late);
  const confirmed = sent.confirm(document.getElementById('firebase-digits').value.replace(/\s/g, ''));
  confirmed.then(done, done);
  return confirmed
    .then((credential) => credential.user.getIdToken())
    .then((token) => {
      document.getElementById('firebase-token').value = token;
      entry.submit();
    });
};

// Google answers nothing to who has closed its picture: it is shown again, and answers the press before.
const showAgain = () => { if (verifier) verifier.verify().catch(() => null); };

// A second press while one is answered asks for nothing: another message would make the first one's code a wrong one.
const onSubmit = (form, act, again) => {
  let isBusy = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isBusy) {
      again();
      return;
    }
    isBusy = true;
    Promise.resolve().then(act).catch(failed).then(() => { isBusy = false; });
  }, true);
};
onSubmit(number, ask, showAgain);
onSubmit(typed, confirm, () => null);

document.getElementById('firebase-anew').addEventListener('click', anew);
box.hidden = false;
