// Talking with the service: what it says is kept, what is kept is sent; with no signal all goes on.
import { moved, movedBy, startClock } from '../clocks.js';
import * as store from './store.js';

const AT_ONCE = 200;
const EVERY_MS = 20000;
const LIVE = { 'X-Live': 'yes' };
const SELDOM = 6;
const LATER = [429, 503];
export const ONLINE = 'online';
export const OFFLINE = 'offline';
export const ENDED = 'ended';

const ask = async (address, options) => {
  const controller = window.AbortController ? new AbortController() : null;
  const timer = controller && setTimeout(() => controller.abort(), 15000);
  try {
    return await fetch(address, {
      credentials: 'same-origin', redirect: 'manual', cache: 'no-store', signal: controller && controller.signal, ...options,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
};

// A tick that was made by another clock than the phone has now is dated by the present one.
const dated = ({ ahead: before, ...tick }, ahead) => ({ ...tick, captured_at: moved(tick.captured_at, movedBy(before, ahead)) });

// What becomes of an answer that is none of what was asked: null where it is.
const failing = (answer) => {
  if (answer === null || answer.status >= 500 || LATER.includes(answer.status)) return OFFLINE;
  return answer.ok ? null : ENDED;
};

export const startSync = (id, address, changed) => {
  const clock = startClock();
  const now = { state: ONLINE, refused: [], met: false };
  let busy = false;

  const fresh = async (headers) => {
    const answer = await ask(address, { headers });
    const failed = failing(answer);
    if (failed) return failed;
    const given = await answer.json();
    clock.learn(Date.parse(given.now));
    given.ahead = clock.now().ahead;
    await store.keep(id, given);
    return given;
  };

  // ONLINE where all that was sent is answered, so that more may be; null where nothing waits.
  const send = async (given) => {
    const ticks = (await store.ticksOf(id)).slice(0, AT_ONCE);
    if (!ticks.length) return null;
    const records = ticks.map((tick) => dated(tick, given.ahead));
    const answer = await ask(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': given.csrf },
      body: JSON.stringify({ sent_at: new Date().toISOString(), by: given.person, records }),
    });
    const failed = failing(answer);
    // Who is here was asked just now: what is refused all the same waits.
    if (failed) return answer !== null && answer.status === 401 ? ENDED : OFFLINE;
    const { results } = await answer.json();
    let state = results.length ? ONLINE : OFFLINE;
    // In the order in which they were sent.
    for (const [at, one] of results.entries()) {
      const isRefused = one.outcome === 'refused';
      if (isRefused && LATER.includes(one.problem.status)) state = OFFLINE;
      else {
        if (isRefused) now.refused.push({ tick: ticks[at], problem: one.problem });
        if (one.meeting) now.met = true;
        await store.dropTick(ticks[at].id);
      }
    }
    return state;
  };

  // By itself the page asks seldom, unless something waits to be sent; that is no act of a person.
  const sync = async (headers = {}) => {
    if (busy) return;
    busy = true;
    try {
      let given = await fresh(headers);
      let sent = ONLINE;
      while (typeof given === 'object' && sent === ONLINE) {
        sent = await send(given);
        if (sent === ONLINE) given = await fresh(headers);
      }
      now.state = typeof given === 'object' ? sent || ONLINE : given;
    } finally {
      busy = false;
      await changed(now);
    }
  };

  // A tick remembers by how much the phone's clock was wrong, where that is sure.
  sync.keep = (tick) => {
    const { ahead, isSure } = clock.now();
    return store.addTick(id, isSure ? { ...tick, ahead } : tick);
  };

  let turn = 0;
  window.addEventListener('online', () => sync());
  setInterval(async () => {
    turn += 1;
    if (!document.hidden && (turn % SELDOM === 0 || (await store.ticksOf(id)).length)) await sync(LIVE);
  }, EVERY_MS);
  return sync;
};
