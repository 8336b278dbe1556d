// Runs the page's own rules on what stdin says: { distances: [{ area, points }], stories: [{ held, kept, steps }] }.
import { readFileSync } from 'node:fs';
import { advise, metresTo } from '../../../frontend/src/check-in/area.js';
import { ready, step, view } from '../../../frontend/src/check-in/machine.js';

const { distances, advice, stories } = JSON.parse(readFileSync(0, 'utf-8'));

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

console.log(JSON.stringify({
  distances: distances.map(({ area, points }) => points.map(([latitude, longitude]) => metresTo(area, latitude, longitude))),
  advice: advice.map(({ area, limits, fix }) => advise(area, limits, fix).name),
  stories: stories.map(told),
}));
