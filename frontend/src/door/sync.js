// Talking with the service: what it says is kept, what is kept is sent; with no signal all goes on.
import * as store from './store.js';

const AT_ONCE = 200;
const EVERY_MS = 20000;
const LIVE = { 'X-Live': 'yes' };
const SELDOM = 6;
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

export const startSync = (id, address, changed) => {
  const now = { state: ONLINE, refused: [], met: false };
  let busy = false;

  const fresh = async (headers) => {
    const answer = await ask(address, { headers });
    if (answer === null || answer.status >= 500) return OFFLINE;
    if (!answer.ok) return ENDED;
    const given = await answer.json();
    given.ahead = Date.now() - Date.parse(given.now);
    await store.keep(id, given);
    return given;
  };

  const send = async (given) => {
    const records = (await store.ticksOf(id)).slice(0, AT_ONCE);
    if (!records.length) return 0;
    const answer = await ask(address, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': given.csrf },
      body: JSON.stringify({ sent_at: new Date().toISOString(), by: given.person, records }),
    });
    if (answer === null || !answer.ok) return 0;
    const { results } = await answer.json();
    for (const one of results) {
      if (one.outcome === 'refused' && one.problem) now.refused.push(one.problem.detail || one.problem.title);
      if (one.meeting) now.met = true;
      await store.dropTick(one.id);
    }
    return results.length;
  };

  // By itself the page asks seldom, unless something waits to be sent; that is no act of a person.
  const sync = async (headers = {}) => {
    if (busy) return;
    busy = true;
    try {
      let given = await fresh(headers);
      while (typeof given === 'object' && await send(given)) given = await fresh(headers);
      now.state = typeof given === 'object' ? ONLINE : given;
    } finally {
      busy = false;
      await changed(now);
    }
  };

  let turn = 0;
  window.addEventListener('online', () => sync());
  setInterval(async () => {
    turn += 1;
    if (!document.hidden && (turn % SELDOM === 0 || (await store.ticksOf(id)).length)) await sync(LIVE);
  }, EVERY_MS);
  return sync;
};
