// Sends what is kept until the service has answered for each. The same tap sent twice is known by its id.
import { moved, movedBy, startClock } from '../clocks.js';

const AT_ONCE = 50;
const LATER = [429, 503];
export const ONLINE = 'online';
export const OFFLINE = 'offline';
export const ENDED = 'ended';

// A tap that was made by another clock than the phone has now is dated by the present one.
const dated = (tap, ahead) => {
  const { person: _person, installation: _installation, ahead: before, ...record } = tap;
  const by = movedBy(before, ahead);
  if (!by) return record;
  const { position, captured_at: at } = record;
  return { ...record, captured_at: moved(at, by), ...(position && { position: { ...position, fixed_at: moved(position.fixed_at, by) } }) };
};

// `ask(method, body, csrf)`: the answer as { status, json }, or null when none came.
// `changed({ state, now, refused, arrived })`: after each turn; `now`: what the service said last, with its person.
export const startSync = (taps, ask, first, changed) => {
  let now = first;
  let busy = null;
  let again = false;
  const clock = startClock();
  clock.learn(first.at);

  const learn = (given) => {
    // Of an event that is not there now, what was held before stands.
    now = { ...given, held: given.held || now.held };
    clock.learn(given.at);
  };

  const fresh = async () => {
    const answer = await ask('GET', null, null);
    if (answer && answer.status === 401) return ENDED;
    if (!answer || answer.status !== 200 || !answer.json) return OFFLINE;
    learn(answer.json);
    return ONLINE;
  };

  const send = async (news) => {
    const records = taps.of(now.person).slice(0, AT_ONCE);
    if (!records.length) return null;
    const { installation } = records[0];
    const alike = records.filter((tap) => tap.installation === installation);
    const answer = await ask('POST', {
      by: now.person,
      sent_at: new Date().toISOString(),
      installation_id: installation,
      records: alike.map((tap) => dated(tap, clock.now().ahead)),
    }, now.csrf);
    if (!answer || answer.status >= 500) return OFFLINE;
    if (answer.status === 401) return ENDED;
    if (answer.status !== 200) return 'stale';
    if (!answer.json) return OFFLINE;
    let waits = 0;
    // In the order in which they were sent.
    answer.json.results.forEach((one, at) => {
      if (one.outcome === 'refused' && LATER.includes(one.problem.status)) {
        waits += 1;
        return;
      }
      // One whose id is taken was stored before its answer was lost.
      if (one.outcome === 'refused' && one.problem.code !== 'id-reused') news.refused.push({ tap: alike[at], problem: one.problem });
      else news.arrived.push(alike[at].id);
      taps.drop(alike[at].id);
    });
    if (answer.json.now) learn(answer.json.now);
    return waits ? OFFLINE : ONLINE;
  };

  // `isNew`: whether what the page knows is of this moment, so that a tap can go at once.
  const turn = async (isNew) => {
    const news = { state: ONLINE, refused: [], arrived: [] };
    let known = isNew;
    let isStale = false;
    for (;;) {
      if (!known) {
        news.state = await fresh();
        if (news.state !== ONLINE) break;
        known = true;
      }
      const sent = await send(news);
      if (sent === null) break;
      if (sent === 'stale') {
        // The page is of a session of before: who is here now is asked for. What is refused even then waits.
        news.state = OFFLINE;
        if (isStale) break;
        known = false;
        isStale = true;
      } else {
        news.state = sent;
        if (sent !== ONLINE) break;
      }
    }
    return { ...news, now };
  };

  const run = async (isNew) => {
    if (busy) {
      again = true;
      return busy;
    }
    busy = (async () => {
      let news = await turn(isNew);
      await changed(news);
      while (again) {
        again = false;
        news = await turn(true);
        await changed(news);
      }
      return news;
    })().finally(() => { busy = null; });
    return busy;
  };
  return { run, now: () => now, clock: clock.now };
};
