// Plays the page's door by Firebase over a network that stdin names: { slow: milliseconds that Google needs for the code, good:
// whether it is the right one, presses: how often each button is pressed }. Says which notices it shows, and with which token its form was sent. A second is short here.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const { slow, good, presses } = JSON.parse(readFileSync(0, 'utf-8'));
const sleep = setTimeout;
const within = (act, ms) => sleep(act, ms / 50);
globalThis.setTimeout = within;
const GOOGLE = `
  export const initializeApp = () => ({});
  export const connectAuthEmulator = () => {};
  export const inMemoryPersistence = {};
  export const initializeAuth = () => ({});
  export class RecaptchaVerifier { render() { return Promise.resolve(); } }
  export const signInWithPhoneNumber = async () => { globalThis.asked.push('code'); return { confirm: globalThis.confirm }; };
`;
registerHooks({
  resolve: (name, context, next) => (name.startsWith('@firebase/')
    ? { url: `data:text/javascript,${encodeURIComponent(GOOGLE)}`, shortCircuit: true } : next(name, context)),
});
globalThis.asked = [];
globalThis.confirm = () => new Promise((resolve, reject) => {
  asked.push('confirm');
  const wrong = Object.assign(new Error('wrong'), { code: 'auth/invalid-verification-code' });
  within(() => (good ? resolve({ user: { getIdToken: async () => 'token' } }) : reject(wrong)), slow);
});
globalThis.fetch = async () => ({});

const found = {};
const sent = [];
const seen = [];
const element = (id) => {
  if (!found[id]) {
    const on = {};
    found[id] = {
      set hidden(is) { if (!is && /away|wrong|over|often/.test(id)) seen.push(id); },
      value: id === 'firebase-phone' ? '8 701 555 45 67' : '123456',
      dataset: { key: 'k', domain: 'd', project: 'p' },
      addEventListener: (name, act) => { on[name] = act; },
      press: (name) => on[name]({ preventDefault: () => {}, stopImmediatePropagation: () => {} }),
      focus: () => {},
      submit: () => sent.push(element('firebase-token').value),
    };
  }
  return found[id];
};
globalThis.document = { getElementById: element, documentElement: { lang: 'kk' } };
await import('../../frontend/src/sign-in.js');

const press = (id) => { for (let at = 0; at < presses; at += 1) element(id).press('submit'); };
press('firebase-number');
await new Promise((resolve) => { sleep(resolve, 20); });
press('firebase-code');
await new Promise((resolve) => { within(resolve, slow + 1000); });
console.log(JSON.stringify({ seen, sent, asked }));
