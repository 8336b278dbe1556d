// Runs the page's own rules on what stdin says: { distances: [{ area, points }], advice: [{ area, limits, fix }],
// stories: [{ held, kept, steps }], dates: [{ dated, now, ahead }], stores: [room in letters], ages: [{ taps, now }],
// turns: [{ taps, first, answers: [{ clock, status, json } or null] }] }.
import { readFileSync } from 'node:fs';
import { advise, metresTo } from '../../../frontend/src/check-in/area.js';
import * as machine from '../../../frontend/src/check-in/machine.js';
import { startSync } from '../../../frontend/src/check-in/sync.js';
import { open, usable } from '../../../frontend/src/check-in/taps.js';

const { ready, step, view } = machine;
const { distances, advice, stories, dates, stores, ages, turns } = JSON.parse(readFileSync(0, 'utf-8'));

const told = ({ held, kept, steps }) => {
  let state = ready(held.kind);
  const names = [state.name];
  const sent = [];
  steps.forEach((what) => {
    state = step(state, what);
    names.push(state.name);
    if (state.name === 'send') {
      sent.push({ kind: state.kind, code: state.code ? state.code.code : null, fix: state.fix ? state.fix.at : null });
      state = step(state, { type: 'stored' });
    }
  });
  const { name, acts, kind } = view(state, held, kept || []);
  return { names, sent, shown: name, acts, kind };
};

// A browser's storage with so much room.
const storage = (room) => {
  const found = new Map();
  return {
    get length() { return found.size; },
    key: (at) => Array.from(found.keys())[at],
    getItem: (name) => (found.has(name) ? found.get(name) : null),
    setItem: (name, value) => {
      const used = Array.from(found).reduce((sum, [one, text]) => sum + one.length + text.length, 0);
      if (used + name.length + value.length > room) throw new Error('full');
      found.set(name, value);
    },
    removeItem: (name) => found.delete(name),
  };
};
const tapOf = (id, more) => ({ id, type: id, event_id: 'e', captured_at: '2026-05-16T06:00:00.000Z', person: 'p', ...more });

// One that a page has kept, and another, of a page for which there may be no room any more.
const keptIn = (room) => {
  const browser = storage(room);
  open(usable(() => browser)).add(tapOf('check_in'));
  const taps = open(usable(() => browser));
  taps.add(tapOf('check_out', { captured_at: '2026-05-16T07:00:00.000Z' }));
  return taps.all().map((tap) => [tap.id, taps.lasts(tap.id)]);
};

const aged = ({ taps: given, now }) => {
  const taps = open(usable(() => storage(10000)));
  given.forEach((tap) => taps.add(tap));
  taps.wipeOld(now);
  return taps.all().map((tap) => tap.id);
};

const turned = async ({ taps: given, first, answers }) => {
  const { now } = Date;
  const taps = open(usable(() => storage(10000)));
  given.forEach((tap) => taps.add(tap));
  const asked = [];
  const left = answers.slice();
  const ask = async (method, body) => {
    asked.push(body ? [method, ...body.records.map((one) => `${one.captured_at} ${one.position ? one.position.fixed_at : ''}`)] : [method]);
    const answer = left.shift();
    if (answer && answer.clock) Date.now = () => answer.clock;
    return answer;
  };
  const sync = startSync(taps, ask, first, () => {});
  const news = await sync.run(false);
  Date.now = now;
  return {
    state: news.state, asked, held: news.now.held, arrived: news.arrived, refused: news.refused.length, left: taps.all().map((tap) => tap.id),
  };
};

const turnedAll = [];
for (const one of turns) turnedAll.push(await turned(one));
console.log(JSON.stringify({
  distances: distances.map(({ area, points }) => points.map(([latitude, longitude]) => metresTo(area, latitude, longitude))),
  advice: advice.map(({ area, limits, fix }) => advise(area, limits, fix).name),
  stories: stories.map(told),
  dates: dates.map(({ dated, now, ahead }) => machine.fixedAt(dated, now, ahead)),
  stores: stores.map(keptIn),
  ages: ages.map(aged),
  turns: turnedAll,
}));
