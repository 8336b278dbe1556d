// Plays what a door's phone goes through, on what stdin says: { room, steps }. `room`: for how many things its browser has
// some; null: it forbids to keep anything. A step: { moment: { clock, mono } in milliseconds, tick, answers: [{ status, json }
// or null] of one turn with the service }.
import { readFileSync } from 'node:fs';
import { webcrypto } from 'node:crypto';

const EVENT = 'e';
const later = (act) => setTimeout(act);
const asked = (act, transaction) => {
  const request = {};
  later(() => {
    try {
      request.result = act();
    } catch (error) {
      request.error = error;
      request.onerror();
      if (transaction.onabort) transaction.onabort();
      return;
    }
    request.onsuccess();
    later(() => transaction.oncomplete && transaction.oncomplete());
  });
  return request;
};

// IndexedDB, as far as a door goes: each thing is found by its id.
const browserWith = (room) => {
  const stores = { events: new Map(), ticks: new Map() };
  const used = () => stores.events.size + stores.ticks.size;
  const database = {
    transaction: (name) => {
      const transaction = {};
      const found = stores[name];
      const put = (one) => {
        if (!found.has(one.id) && used() >= room) throw new Error('full');
        found.set(one.id, one);
      };
      transaction.objectStore = () => ({
        get: (id) => asked(() => found.get(id), transaction),
        getAll: () => asked(() => Array.from(found.values()), transaction),
        put: (one) => asked(() => put(one), transaction),
        delete: (id) => asked(() => { found.delete(id); }, transaction),
        clear: () => asked(() => found.clear(), transaction),
      });
      return transaction;
    },
  };
  const open = () => {
    const request = {};
    later(() => {
      if (room === null) {
        request.error = new Error('forbidden');
        request.onerror();
      } else {
        request.result = database;
        request.onsuccess();
      }
    });
    return request;
  };
  return { indexedDB: { open }, ticks: () => Array.from(stores.ticks.keys()) };
};

const say = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const { room, steps } = JSON.parse(readFileSync(0, 'utf-8'));
const browser = browserWith(room);
const moment = { clock: 0, mono: 0 };
let answers = [];
let news = null;
const sent = [];
Date.now = () => moment.clock;
say('performance', { now: () => moment.mono });
say('document', { hidden: true, cookie: '' });
say('window', { indexedDB: browser.indexedDB, crypto: webcrypto, fetch: true, addEventListener: () => {} });
say('setInterval', () => {});
say('fetch', async (_address, { body }) => {
  sent.push(body ? JSON.parse(body).records : null);
  const answer = answers.shift();
  if (!answer) throw new Error('no signal');
  return { ok: answer.status === 200, status: answer.status, json: async () => answer.json };
});

const store = await import('../../../frontend/src/door/store.js');
const { startSync } = await import('../../../frontend/src/door/sync.js');
const sync = startSync(EVENT, '/kept', async (now) => { news = { ...now }; });
const keep = sync.keep || ((tick) => store.addTick(EVENT, tick));
for (const step of steps) {
  Object.assign(moment, step.moment);
  if (step.tick) await keep({ ...step.tick, captured_at: new Date(moment.clock).toISOString() });
  if (step.answers) {
    answers = step.answers;
    await sync().catch(() => null);
  }
}
const waiting = await store.ticksOf(EVENT).catch(() => []);
console.log(JSON.stringify({ news, sent, kept: browser.ticks(), waiting: waiting.map((one) => one.id) }));
