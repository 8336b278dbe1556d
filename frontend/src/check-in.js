// «Келдім» and «Кеттім» on an event's page. A tap is stored before it is sent; the service alone decides what it is worth.
import { advise } from './check-in/area.js';
import { LOCATING_MS, fixedAt, ready, step, view } from './check-in/machine.js';
import { ENDED, ONLINE, startSync } from './check-in/sync.js';
import { newId, open, usable } from './check-in/taps.js';
import { redraw } from './redraw.js';

const EVERY_MS = 20000;
const PATIENCE_MS = 15000;
const QUICK_MS = 800;
const LONGEST_TIMER_MS = 24 * 3600 * 1000;
const taps = open(usable(() => window.localStorage));

// A camera has brought a code of the place in the part of the address that browsers send to nobody.
const takeCode = (event) => {
  const found = /^#code=(\d{6})$/.exec(location.hash);
  if (!found) return;
  taps.keepCode(event, found[1], Date.now());
  history.replaceState(history.state, '', location.pathname + location.search);
};

const startDoor = (said) => {
  const show = () => {
    takeCode(said.dataset.event);
    // Where nothing outlives this page, its code is for nobody: who has signed in reads it once more.
    said.hidden = !taps.codeOf(said.dataset.event, Date.now()) || !taps.codeLasts(said.dataset.event);
  };
  window.addEventListener('hashchange', show);
  show();
};

const caller = (address) => async (method, body, csrf) => {
  const controller = window.AbortController ? new AbortController() : null;
  const timer = controller && setTimeout(() => controller.abort(), PATIENCE_MS);
  const headers = body ? { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf } : { 'X-Live': 'yes' };
  try {
    const answer = await fetch(address, {
      method, headers, body: body && JSON.stringify(body), credentials: 'same-origin', cache: 'no-store', signal: controller && controller.signal,
    });
    const isJson = (answer.headers.get('Content-Type') || '').startsWith('application/json');
    return { status: answer.status, json: isJson ? await answer.json() : null };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
};

const begin = (box) => {
  const given = JSON.parse(box.dataset.given);
  const { words } = given;
  const find = (id) => document.getElementById(`check-in-${id}`);
  const [line, acts, form, code, along, byCode, icons] = ['line', 'acts', 'form', 'code', 'along', 'by-code', 'icons'].map(find);
  const loaded = Date.now();
  let state = ready(given.now.held.kind);
  let known = { state: ONLINE, now: given.now };
  let asksCode = Boolean(code && code.querySelector('.field-bad'));
  let kindBefore = null;
  let settling = null;
  let stop = () => {};

  const held = () => known.now.held;
  const mine = () => taps.here(known.now.person, given.event);
  const time = (at) => new Date(Date.parse(at) + given.offset_min * 60000).toISOString().slice(11, 16);
  const metres = (number) => (number < 2000
    ? `${Math.round(number)} ${words.m}` : `${(number / 1000).toFixed(1).replace('.', given.comma).replace(/.0$/, '')} ${words.km}`);
  const put = (name, measured) => words[name].replace('{}', measured);
  const minutes = (number) => (number < 120 ? `${number} ${words.min}` : `${Math.round(number / 60)} ${words.h}`);

  // [how the notice looks, its icon, what it says]
  const said = (shown) => {
    const { fix } = state;
    if (shown.name === 'kept') {
      const kept = put(known.state === ENDED ? 'ended' : 'kept', time(shown.tap.captured_at));
      return ['wait', 'offline', taps.lasts(shown.tap.id) ? kept : `${kept} ${words.stay}`];
    }
    if (shown.name === 'refused') return ['bad', 'cross', state.refusal];
    if (shown.name === 'weak') {
      if (fix.isOld) return ['wait', 'place', put('old', minutes(Math.round((Date.now() - fix.at) / 60000)))];
      return ['wait', 'place', fix.accuracy ? put('weak', metres(fix.accuracy)) : words.vague];
    }
    if (shown.name === 'outside') return ['wait', 'place', put('outside', metres(state.metres))];
    if (shown.name === 'inside') return ['good', 'tick', words.inside];
    if (shown.name === 'code') {
      // Who scans once more what has checked them in reads first that they are.
      const { text } = held().line;
      const scanned = put('scanned', state.code.code);
      return ['good', 'code', ['sent', 'doubted', 'left'].includes(held().name) ? `${text} · ${scanned}` : scanned];
    }
    if (words[shown.name]) return [shown.name === 'locating' ? 'info' : 'wait', 'place', words[shown.name]];
    const { notice, icon, text } = held().line;
    return [notice, icon, text];
  };

  const made = (name, attributes, text) => {
    const one = document.createElement(name);
    Object.keys(attributes).forEach((key) => one.setAttribute(key, attributes[key]));
    one.textContent = text;
    return one;
  };

  const button = (shown, act) => {
    const isTap = act === 'tap';
    const label = isTap && shown.name === 'held' ? held().act : words[isTap ? shown.kind : act];
    if (act === 'way') return made('a', { class: 'btn btn-second', href: given.way }, label);
    const isFirst = isTap && (shown.name !== 'held' || held().first) && shown.name !== 'kept';
    const meant = act === 'again' && ['held', 'refused'].includes(shown.name) && held().again ? 'check_in' : shown.kind;
    const look = isFirst ? 'btn btn-wide' : 'btn btn-second';
    const one = made('button', { type: 'button', class: look, 'data-act': act, 'data-kind': meant || '' }, label);
    one.disabled = isTap && Boolean(settling);
    one.addEventListener('click', () => press(act, meant));
    return one;
  };

  const draw = () => {
    const shown = view(state, held(), mine());
    // Where the button of a moment ago means something else by now, a quick finger does not press it.
    if (kindBefore && shown.kind && shown.kind !== kindBefore) {
      clearTimeout(settling);
      settling = setTimeout(() => {
        settling = null;
        draw();
      }, QUICK_MS);
    }
    kindBefore = shown.kind || kindBefore;
    const [notice, icon, text] = said(shown);
    const look = `notice${notice === 'info' ? '' : ` notice-${notice}`}`;
    if (line.dataset.said !== text || line.className !== look) {
      line.dataset.said = text;
      line.className = look;
      line.textContent = '';
      line.append(icons.querySelector(`[data-icon="${icon}"] svg`).cloneNode(true), made('span', {}, text));
    }
    const isKept = shown.name === 'kept';
    const isEnded = known.state === ENDED;
    const wanted = shown.acts.filter((act) => (act !== 'code' || (form && !asksCode)) && (act !== 'send' || !isEnded))
      .map((act) => button(shown, act));
    const way = (href, label) => wanted.push(made('a', { class: 'btn btn-second', href }, label));
    if (isEnded && isKept) way(given.sign_in, given.sign_in_label);
    if (held().look && ['held', 'refused'].includes(shown.name)) way(held().look, words.look);
    if (shown.name === 'refused' && state.lacks === 'consent-missing') way(given.consents, given.consents_label);
    redraw(acts, wanted);
    acts.hidden = !wanted.length;
    // Who was there, or says so, is asked no more whether they come.
    const bar = document.querySelector('.bar-bottom');
    if (bar) bar.hidden = mine().length > 0 || ['sent', 'doubted', 'left'].includes(held().name);
    box.hidden = given.now.held.name === 'closed' && held().name === 'closed' && !mine().length && shown.name === 'held';
    if (!form) return;
    const isAsked = shown.acts.includes('code') || shown.acts.includes('tap');
    code.hidden = !asksCode;
    byCode.hidden = !asksCode;
    const isSaid = asksCode || shown.acts.includes('tap') || shown.acts.includes('anyway');
    if (along) along.hidden = shown.kind !== 'check_in' || !isSaid;
    form.hidden = !isAsked || (code.hidden && (!along || along.hidden));
  };

  const tell = async (news) => {
    const arrived = news.arrived.length > 0;
    const isOther = news.now.person !== known.now.person;
    known = { state: news.state, now: news.now };
    if (isOther) {
      // Somebody else is signed in here by now: this page is not theirs.
      location.reload();
      return;
    }
    const refused = news.refused.filter((one) => one.tap.event_id === given.event).pop();
    if (refused) {
      const { title, detail, contact, code: lacks } = refused.problem;
      const who = contact ? [contact.name, contact.phone].filter(Boolean).join(', ') : '';
      // What no program of ours sends is no matter of fields for who reads it.
      const refusal = lacks === 'invalid' ? words.unread : `${title}. ${detail}${who ? ` ${who}` : ''}`;
      state = step(state, { type: 'refused', refusal, lacks });
    } else state = step(state, { type: 'held', kind: held().kind });
    if (arrived && navigator.vibrate && ['sent', 'left'].includes(held().name)) navigator.vibrate(80);
    draw();
  };
  const sync = startSync(taps, caller(given.records), given.now, tell);

  // Stored first, then sent.
  const store = () => {
    const { fix, kind } = state;
    const scanned = state.code;
    const number = along && kind === 'check_in' ? Number(along.querySelector('input').value) || 0 : 0;
    // A code that was scanned is of that moment; a place of later would contradict it.
    const at = scanned && scanned.at ? scanned.at : Date.now();
    const position = fix && {
      latitude: fix.latitude,
      longitude: fix.longitude,
      accuracy_m: fix.accuracy || null,
      fixed_at: new Date(fix.at).toISOString(),
    };
    const tap = {
      id: newId(),
      type: kind,
      event_id: given.event,
      captured_at: new Date(at).toISOString(),
      person: known.now.person,
      installation: given.installation,
    };
    const { ahead, isSure } = sync.clock();
    if (isSure) tap.ahead = ahead;
    if (position) tap.position = position;
    if (scanned) tap.code = scanned.code;
    if (number > 0 && number <= 10) tap.companions = number;
    taps.add(tap);
    taps.dropCode(given.event);
    asksCode = false;
    state = step(state, { type: 'stored' });
    draw();
    sync.run(Date.now() - loaded < EVERY_MS * 30);
  };

  const move = (what) => {
    const before = state.name;
    state = step(state, what);
    if (state.name === 'locating' && before !== 'locating') locate();
    if (state.name !== 'locating') stop();
    if (state.name === 'send') store();
    else draw();
  };

  const locate = () => {
    stop();
    if (!navigator.geolocation || !window.isSecureContext) {
      setTimeout(() => move({ type: 'denied' }));
      return;
    }
    const timer = setTimeout(() => move({ type: 'timeout' }), LOCATING_MS);
    const watch = navigator.geolocation.watchPosition(({ coords, timestamp }) => {
      const at = fixedAt(timestamp, Date.now(), sync.clock().ahead);
      const fix = {
        latitude: coords.latitude,
        longitude: coords.longitude,
        accuracy: Math.max(0, coords.accuracy || 0),
        at,
        isOld: (Date.now() - at) / 1000 > given.limits.old_s,
      };
      move({ type: 'fix', fix, advice: advise(given.area, given.limits, fix) });
    }, (error) => {
      if (error.code === 1) move({ type: 'denied' });
    }, { enableHighAccuracy: true, maximumAge: 0, timeout: LOCATING_MS });
    stop = () => {
      clearTimeout(timer);
      navigator.geolocation.clearWatch(watch);
      stop = () => {};
    };
  };

  const press = (act, kind) => {
    if (act === 'tap') move({ type: 'tap', at: Date.now(), kind });
    else if (act === 'allow') move({ type: 'allow' });
    else if (act === 'again') move({ type: 'again', kind });
    else if (act === 'anyway') move({ type: 'anyway', at: Date.now() });
    else if (act === 'send') sync.run(false);
    else if (act === 'code') {
      asksCode = true;
      draw();
      code.querySelector('input').focus();
    }
  };

  const scan = () => {
    takeCode(given.event);
    const found = taps.codeOf(given.event, Date.now());
    if (found && held().kind) move({ type: 'scanned', kind: held().kind, code: found });
  };

  if (form) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const typed = code.querySelector('input').value.replace(/\s/g, '');
      if (asksCode && typed) move({ type: 'typed', at: Date.now(), kind: held().kind || 'check_in', code: typed });
      else if (asksCode) code.querySelector('input').focus();
      else if (!settling) press('tap', held().kind);
    }, true);
  }
  window.addEventListener('hashchange', scan);
  window.addEventListener('online', () => sync.run(false));
  window.addEventListener('pageshow', (event) => { if (event.persisted) sync.run(false); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) sync.run(false); });
  setInterval(() => { if (!document.hidden && taps.of(known.now.person).length) sync.run(false); }, EVERY_MS);
  if (given.opens_in_s) setTimeout(() => location.reload(), Math.min(given.opens_in_s * 1000, LONGEST_TIMER_MS));

  draw();
  scan();
  if (taps.of(known.now.person).length) sync.run(true);
  else if (state.name === 'ready' && held().name === 'none' && navigator.permissions) {
    // Where the phone may be looked for without a question, it is: one tap is left.
    navigator.permissions.query({ name: 'geolocation' })
      .then((answer) => { if (answer.state === 'granted') move({ type: 'look' }); })
      .catch(() => {});
  }
};

// On any other page: what waits of who is signed in goes out, and its own page will tell what became of it.
const sendAll = () => {
  const [first] = taps.all();
  if (!first) return;
  const language = document.documentElement.lang;
  const known = { person: first.person, csrf: '' };
  startSync(taps, caller(`/${language}/events/${first.event_id}/check-in/records`), known, () => {}).run(false);
};

taps.wipeOld(Date.now());
const door = document.getElementById('check-in-scanned');
if (door) startDoor(door);
const box = document.getElementById('check-in');
if (box && window.fetch) begin(box);
else if (window.fetch) sendAll();
