// Asks the door's worker for a page on what stdin says: { kept, slow, answers }: whether the phone has the page, whether the
// network needs longer than one waits, and whether it answers at all. Says what the browser is given.
import { readFileSync } from 'node:fs';

const { kept, slow, answers } = JSON.parse(readFileSync(0, 'utf-8'));
const asked = {};
const wait = setTimeout;
globalThis.self = { addEventListener: (name, act) => { asked[name] = act; }, skipWaiting: () => {} };
globalThis.caches = { match: async () => (kept ? 'kept' : undefined) };
globalThis.Response = { error: () => 'nothing' };
globalThis.setTimeout = (act) => wait(act, 20);
globalThis.fetch = () => new Promise((resolve, reject) => {
  wait(() => (answers ? resolve('network') : reject(new Error('no signal'))), slow ? 60 : 0);
});
await import('../../../frontend/src/door-worker.js');
const request = { method: 'GET', mode: 'navigate', url: 'https://x/kk/organizer/events/e/list' };
let given = null;
asked.fetch({ request, respondWith: (answer) => { given = answer; } });
console.log(await given);
