// What the page shows, and what follows from what happens: no browser in here.
//
// A state is { name, kind, meant, fix, advice, metres, code, refusal, isAllowed }. `kind`: check_in or check_out; `meant`: what
// its person has already said, so that a fix is all that is missing: null, 'where' (they ask where they are), 'here' (they are
// there), 'anyway'; `code`: one that was scanned; `isAllowed`: they say that they have allowed it. Names: ready, denied, barred
// (though allowed), locating, lost (no fix at all), weak, inside, outside, code, send, refused.
// `send` is passed through: the page stores a tap, then all goes on from what it holds.
export const LOCATING_MS = 20000;
export const FRESH_MS = 60000;
const SHARP_M = 30;
const YEAR_MS = 365 * 24 * 3600 * 1000;

export const ready = (kind) => ({ name: 'ready', kind, meant: null, fix: null });

const isFresh = (fix, at) => fix && at - fix.at < FRESH_MS;

// When a fix was made, by the phone's clock, which is `ahead` of the service's. Some phones date it by satellites, and nothing
// says by which: the smaller age holds that is not of the future. A date that no fix can have says nothing: it came now.
export const fixedAt = (dated, now, ahead) => {
  const ages = [now - dated, now - ahead - dated].filter((age) => age > -FRESH_MS && age < YEAR_MS);
  return ages.length ? now - Math.max(0, Math.min(...ages)) : now;
};

// A fix beats another by its age, then by its accuracy; one that says none is the worst.
const isBetter = (fix, than) => !than || (than.isOld && !fix.isOld)
  || (Boolean(than.isOld) === Boolean(fix.isOld) && (than.accuracy || Infinity) > (fix.accuracy || Infinity));

const settled = (state, advice, fix) => {
  if (state.meant === 'anyway' || (state.meant === 'here' && advice.name === 'inside')) {
    return { ...state, name: 'send', fix, code: null };
  }
  return { ...state, name: advice.name, fix, metres: advice.metres, meant: null };
};

const steps = {
  // Its person says that they are there, or that they leave.
  tap: (state, { at, kind }) => {
    if (state.name === 'code') return { ...state, name: 'send', fix: null };
    if (state.name === 'inside' && kind === state.kind && isFresh(state.fix, at)) return { ...state, name: 'send', code: null };
    return { name: 'locating', kind, meant: 'here', fix: null };
  },
  // The page may know where the phone is without asking: it looks, and nothing is said yet.
  look: (state) => (state.name === 'ready' ? { ...state, name: 'locating', meant: null } : state),
  allow: (state) => ({ name: 'locating', kind: state.kind, meant: 'here', fix: null, isAllowed: true }),
  again: (state, { kind }) => ({ name: 'locating', kind, meant: 'where', fix: null, isAllowed: state.name === 'barred' }),
  anyway: (state, { at }) => (isFresh(state.fix, at)
    ? { ...state, name: 'send', code: null } : { ...state, name: 'locating', meant: 'anyway', fix: null }),
  denied: (state) => {
    if (state.name !== 'locating') return state;
    if (!state.meant) return { ...state, name: 'ready' };
    return { ...state, name: state.isAllowed ? 'barred' : 'denied' };
  },
  fix: (state, { fix, advice }) => {
    if (state.name !== 'locating') return state;
    const isSharp = fix.accuracy > 0 && fix.accuracy <= SHARP_M;
    if (!fix.isOld && (advice.name === 'inside' || isSharp)) return settled(state, advice, fix);
    return isBetter(fix, state.fix) ? { ...state, fix, advice } : state;
  },
  // Twenty seconds are over: the best that there is has to do.
  timeout: (state) => {
    if (state.name !== 'locating') return state;
    // Of long ago it says nothing of now, however good it is.
    if (state.fix) return settled(state, state.fix.isOld ? { ...state.advice, name: 'weak' } : state.advice, state.fix);
    return { ...state, name: state.meant ? 'lost' : 'ready' };
  },
  typed: (state, { at, kind, code }) => ({ ...state, name: 'send', kind, code: { code }, fix: isFresh(state.fix, at) ? state.fix : null }),
  scanned: (state, { kind, code }) => ({ name: 'code', kind, meant: null, fix: null, code }),
  stored: (state) => ready(state.kind),
  refused: (state, { refusal, lacks }) => ({ ...ready(state.kind), name: 'refused', refusal, lacks }),
  // What the service holds has changed: whoever stood at a question that is answered meanwhile stands at its end.
  held: (state, { kind }) => (kind === state.kind ? state : ready(kind)),
};

export const step = (state, what) => steps[what.type](state, what);

// What stands on the page: one line, and what can be done. `held`: what the service holds; `kept`: this event's taps.
const ACTS = {
  denied: ['allow', 'code'],
  barred: ['again', 'code'],
  locating: ['code'],
  lost: ['again', 'code'],
  weak: ['again', 'code', 'anyway'],
  inside: ['tap'],
  outside: ['way', 'code', 'again', 'anyway'],
  code: ['tap'],
  refused: ['again', 'code'],
};

export const view = (state, held, kept) => {
  if (state.name === 'refused' && !held.kind && !held.again) return { name: 'refused', acts: [], kind: state.kind };
  if (ACTS[state.name]) return { name: state.name, acts: ACTS[state.name], kind: state.kind };
  const last = kept[kept.length - 1];
  if (last) {
    const leaves = last.type === 'check_in' && held.leaves;
    return { name: 'kept', acts: leaves ? ['send', 'tap'] : ['send'], kind: 'check_out', tap: last };
  }
  if (held.name === 'none') return { name: 'ready', acts: held.kind ? ['tap', 'code'] : [], kind: held.kind };
  const acts = [];
  if (held.kind) acts.push('tap');
  // A better check-in settles one that is doubted, whether its person is still there or not.
  if (held.again) acts.push('again');
  if (held.kind || held.again) acts.push('code');
  return { name: 'held', acts, kind: held.kind };
};
