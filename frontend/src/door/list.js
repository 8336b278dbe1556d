// The list, drawn from what is kept: searched, ticked and undone without waiting for anybody.
import { redraw } from '../redraw.js';
import * as store from './store.js';
import { ENDED, OFFLINE } from './sync.js';

const A_PAGE = 40;
const SVG = 'http://www.w3.org/2000/svg';

const make = (name, attributes = {}, ...inside) => {
  const made = document.createElement(name);
  Object.keys(attributes).forEach((key) => made.setAttribute(key, attributes[key]));
  inside.filter((one) => one !== null && one !== undefined && one !== '').forEach((one) => made.append(one));
  return made;
};
const icon = (path) => {
  const made = document.createElementNS(SVG, 'svg');
  made.setAttribute('class', 'icon');
  made.setAttribute('viewBox', '0 0 24 24');
  made.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  made.append(line);
  return made;
};
const TICK = 'M4 13l5 5L20 6';
const KEPT = 'M3 3l18 18M5 12.500a10 10 0 0 1 4-2.400M15 10.200a10 10 0 0 1 4 2.300M8.500 16a5 5 0 0 1 7 0M12 19.500h.01';
const folded = (text) => {
  const letters = 'әғқңөұүһіёй';
  const plain = 'агкноуухиеи';
  return text.toLowerCase().replace(/[әғқңөұүһіёй]/g, (letter) => plain[letters.indexOf(letter)]);
};
const id = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

export const startList = (event, box, sync) => {
  const words = box.dataset;
  const search = document.getElementById('q');
  const adding = document.getElementById('door-add');
  const list = make('ul', { class: 'rows gap' });
  let isDrawn = false;
  let data = null;
  let ticks = [];
  let status = { state: 'online', refused: [], met: false };
  let shown = A_PAGE;
  let being = new URLSearchParams(location.search).get('state');

  const time = (at) => new Date(Date.parse(at) + data.offset_min * 60000).toISOString().slice(11, 16);
  const is = (row) => row.standing === 'present' || row.standing === 'review';

  // The list as it will be once all that is kept has been sent.
  const rows = () => {
    const found = new Map(data.rows.map((row) => [row.id, { ...row }]));
    ticks.forEach((tick) => {
      const key = tick.volunteer_id || tick.typed_id || `${tick.phone} ${tick.display_name}`;
      const row = found.get(key) || {
        id: key, typed: true, phone: tick.phone, name: tick.display_name, digits: tick.phone && tick.phone.slice(-4), along: tick.companions || 0, doubts: [],
      };
      const at = new Date(Date.parse(tick.captured_at) - (data.ahead || 0)).toISOString();
      found.set(key, {
        ...row, standing: tick.present ? 'present' : 'absent', at, undo: tick.present, kept: true, doubts: [], disputed: false,
      });
    });
    return Array.from(found.values());
  };

  const fits = (row) => {
    const asked = folded(search.value.trim());
    if (row.digits && row.digits === asked) return true;
    const parts = folded(row.name).split(/\s+/);
    return asked.split(/\s+/).every((one) => parts.some((part) => part.startsWith(one)));
  };

  const tick = async (row, present) => {
    const who = row.phone ? { phone: row.phone, display_name: row.name } : { [row.typed ? 'typed_id' : 'volunteer_id']: row.id };
    const made = { id: id(), ...who, present, captured_at: new Date().toISOString() };
    if (present && row.along) made.companions = row.along;
    await sync.keep(made);
    ticks = await store.ticksOf(event);
    draw();
    sync();
  };

  // Whose tick was not taken, and why: it may have been made an hour ago.
  const refusal = ({ tick: { display_name: typed, volunteer_id: known, typed_id: before }, problem }) => {
    const row = data && data.rows.find((one) => one.id === (known || before));
    const fields = Object.keys(problem.errors || {}).map((field) => problem.errors[field].join(' '));
    return `${typed || (row ? row.name : '')}: ${fields.join(' ') || problem.detail}`.replace(/^: /, '');
  };

  const line = (row) => {
    const note = [];
    if (row.digits) note.push(`…${row.digits}`);
    else if (row.age) note.push(words.age.replace('0', row.age));
    if (row.along) note.push(words.along.replace('0', row.along));
    note.push(...row.doubts);
    const main = make('span', { class: 'row-main' }, make('span', { class: 'row-name' }, row.name));
    const said = make('span', { class: 'row-note' }, note.join(' · '));
    if (row.undo) {
      const undo = make('button', { class: 'btn-text', type: 'button', 'aria-label': `${words.undo}: ${row.name}` }, words.undo);
      undo.addEventListener('click', () => tick(row, false));
      main.append(make('span', { class: 'row-acts' }, said, undo));
    } else main.append(said);
    if (row.disputed) main.append(make('span', { class: 'row-note' }, words.disputed));
    if (row.standing === 'review') main.append(make('span', { class: 'row-chip' }, make('span', { class: 'chip chip-review' }, words.review)));
    if (row.standing === 'rejected') main.append(make('span', { class: 'row-chip' }, make('span', { class: 'chip chip-rejected' }, words.rejected)));
    const whole = make('div', { class: 'row' }, main);
    if (row.standing === 'present') {
      const what = make('span', { class: 'hidden' }, `${row.kept ? words.keptLabel : words.counted}, `);
      const chip = make('span', { class: row.kept ? 'chip' : 'chip chip-counted' }, what, icon(row.kept ? KEPT : TICK), make('span', { class: 'num' }, time(row.at)));
      whole.append(make('span', { class: 'mark' }, chip));
    } else if (words.tick) {
      const label = row.standing === 'absent' ? words.here : words.confirm;
      const button = make('button', { class: 'btn btn-second present', type: 'button', 'aria-label': `${label}: ${row.name}` }, label);
      button.addEventListener('click', () => tick(row, true));
      whole.append(button);
    }
    return make('li', { id: `p-${row.id}` }, whole);
  };

  const view = (label, state, number) => {
    const link = make('a', { href: state ? `?state=${state}` : '?' }, make('b', { class: 'num' }, String(number)), label);
    if (state === being) link.setAttribute('aria-current', 'true');
    link.addEventListener('click', (click) => {
      click.preventDefault();
      being = state;
      shown = A_PAGE;
      draw();
    });
    return make('li', {}, link);
  };

  const notices = () => {
    const made = [];
    const say = (kind, text, href, link) => made.push(make(
      'p', { class: `notice notice-${kind} gap`, role: 'status' }, make('span', {}, text, href ? ' ' : '', href ? make('a', { href }, link) : null),
    ));
    const number = ticks.length ? ` ${words.keptNumber.replace('0', ticks.length)}` : '';
    if (status.state === OFFLINE) say('wait', `${words.offline}${number}`);
    else if (status.state === ENDED) say('wait', `${words.ended}${number}`, words.signIn, words.signInLabel);
    if (status.met) say('wait', words.disputed);
    if (ticks.some((one) => !store.lasts(one.id))) say('wait', words.stay);
    status.refused.slice(-3).forEach((one) => say('bad', refusal(one)));
    return made;
  };

  const draw = () => {
    const all = data ? rows().filter(fits) : [];
    const there = all.filter(is).length;
    const wanted = all.filter((row) => !being || is(row) === (being === 'present'));
    const made = notices();
    if (data) {
      made.push(make('ul', { class: 'switch gap' },
        view(words.all, null, all.length), view(words.absent, 'absent', all.length - there), view(words.present, 'present', there)));
      redraw(list, wanted.slice(0, shown).map(line));
      made.push(wanted.length ? list : make('div', { class: 'empty gap' }, make('p', {}, make('b', {}, words.nobody))));
      if (wanted.length > shown) {
        const more = make('button', { class: 'btn btn-second btn-wide', type: 'button' }, words.more);
        more.addEventListener('click', () => { shown += A_PAGE; draw(); });
        made.push(make('p', { class: 'gap' }, more));
      }
    } else made.push(make('div', { class: 'empty gap' }, make('p', {}, make('b', {}, words.nothing))));
    // What the service has drawn hears nothing of this.
    if (!isDrawn) box.textContent = '';
    isDrawn = true;
    redraw(box, made);
  };

  search.form.addEventListener('submit', (submit) => { if (data) submit.preventDefault(); });
  search.addEventListener('input', () => { if (data) { shown = A_PAGE; draw(); } });

  if (adding) {
    const link = document.getElementById('door-add-link');
    link.addEventListener('click', (click) => {
      if (!data) return;
      click.preventDefault();
      adding.hidden = false;
      adding.scrollIntoView();
      adding.querySelector('input[name="phone"]').focus();
    });
    adding.addEventListener('submit', async (submit) => {
      if (!data) return;
      submit.preventDefault();
      const [phone, name, along] = ['phone', 'display_name', 'companions'].map((field) => adding.elements[field]);
      if (!phone.value.trim() || !name.value.trim()) return;
      await tick({ phone: phone.value.trim(), name: name.value.trim(), typed: true, along: Number(along.value) || 0 }, true);
      adding.reset();
      adding.hidden = true;
    });
  }

  return async (now) => {
    if (now) status = now;
    data = await store.held(event);
    ticks = data ? await store.ticksOf(event) : [];
    if (data || status.state !== 'online') draw();
  };
};
