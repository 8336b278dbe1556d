// Phones that run the very modules of the page against a service, by a way that somebody else cuts. Reads from stdin
// { way, people: [{ id, cookie, event, installation, latitude, longitude }], tries }, and writes a line a person:
// what is left in the phone, and what it was told.
import { readFileSync } from 'node:fs';
import { startSync } from '../../frontend/src/check-in/sync.js';
import { newId, open, usable } from '../../frontend/src/check-in/taps.js';

const { way, people, tries } = JSON.parse(readFileSync(0, 'utf-8'));

// A phone's storage, which outlives its page.
const storage = () => {
  const found = new Map();
  return {
    get length() { return found.size; },
    key: (at) => Array.from(found.keys())[at],
    getItem: (name) => (found.has(name) ? found.get(name) : null),
    setItem: (name, value) => found.set(name, String(value)),
    removeItem: (name) => found.delete(name),
  };
};

const caller = (person) => async (method, body, csrf) => {
  const headers = { Cookie: person.cookie, Origin: way };
  if (body) Object.assign(headers, { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf });
  try {
    const answer = await fetch(`${way}/kk/events/${person.event}/check-in/records`, {
      method, headers, body: body && JSON.stringify(body), redirect: 'manual', signal: AbortSignal.timeout(10000),
    });
    const isJson = (answer.headers.get('Content-Type') || '').startsWith('application/json');
    return { status: answer.status, json: isJson ? await answer.json() : null };
  } catch {
    return null;
  }
};

const play = async (person) => {
  const kept = storage();
  const ids = [];
  const refused = [];
  let arrived = 0;
  let now = { person: person.id, csrf: 'of a page of yesterday' };
  // Each turn is a page of its own: opened, tapped, and gone when its answer is lost.
  for (const type of ['check_in', 'check_out']) {
    const taps = open(usable(() => kept));
    const at = new Date().toISOString();
    const tap = {
      id: newId(), type, event_id: person.event, captured_at: at, person: person.id, installation: person.installation,
      position: { latitude: person.latitude, longitude: person.longitude, accuracy_m: 9, fixed_at: at },
    };
    ids.push(taps.add(tap).id);
    // The finger was quick: the same is said twice.
    taps.add({ ...tap, id: newId() });
    for (let turn = 0; turn < tries && taps.here(person.id, person.event).length; turn += 1) {
      const sync = startSync(open(usable(() => kept)), caller(person), now, (news) => {
        now = news.now;
        arrived += news.arrived.length;
        refused.push(...news.refused.map((one) => one.problem.code));
      });
      await sync.run(turn === 0);
    }
  }
  const left = open(kept).all().map((tap) => tap.id);
  console.log(JSON.stringify({ id: person.id, ids, left, refused, arrived, held: now.held && now.held.name }));
};

for (const person of people) await play(person);
