// What a door keeps on the phone: its list and its ticks, encrypted by a key that the service gives for one event
// and one person. The key cannot be taken out of the browser. It goes with the list, when its person signs out or
// somebody else signs in; ticks that nobody can read then wait for their person, who is given the key again.
const NAME = 'tazalyq-door';
const DAY_MS = 24 * 3600 * 1000;
const LONGEST_MS = 15 * DAY_MS;
// What the service says where the list is not of who is signed in, or nobody is.
const LEFT = 'tazalyq_door=left';

export const isAble = () => Boolean(window.indexedDB && window.crypto && window.crypto.subtle && window.fetch);

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

let opened;
const open = () => {
  if (!opened) {
    const request = window.indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('events', { keyPath: 'id' });
      request.result.createObjectStore('ticks', { keyPath: 'id' });
    };
    opened = done(request);
  }
  return opened;
};

// Whether a door was ever kept here. To look makes no store.
const isBegun = () => new Promise((resolve) => {
  const request = window.indexedDB.open(NAME);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = (event) => {
    event.preventDefault();
    resolve(false);
  };
  request.onsuccess = () => {
    request.result.close();
    resolve(true);
  };
});

const act = async (name, mode, work) => {
  const made = (await open()).transaction(name, mode);
  const result = await done(work(made.objectStore(name)));
  if (mode === 'readwrite') {
    await new Promise((resolve, reject) => {
      made.oncomplete = resolve;
      made.onabort = () => reject(made.error);
    });
  }
  return result;
};
const write = (name, work) => act(name, 'readwrite', work);

// What a browser has no room for, or lets nobody keep: for as long as the page is open.
const here = { events: new Map(), ticks: new Map() };

const all = async (name) => {
  const kept = await act(name, 'readonly', (store) => store.getAll()).catch(() => []);
  return kept.filter((one) => !here[name].has(one.id)).concat(Array.from(here[name].values()));
};
const find = async (name, id) => (await all(name)).find((one) => one.id === id);
const put = async (name, one) => {
  try {
    await write(name, (store) => store.put(one));
    here[name].delete(one.id);
  } catch {
    here[name].set(one.id, one);
  }
};
const drop = async (name, id) => {
  const isHereAlone = here[name].delete(id) && !(await find(name, id));
  if (!isHereAlone) await write(name, (store) => store.delete(id));
};

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const seal = async (key, value) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, sealed: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, text) };
};
const unseal = async (key, { iv, sealed }) => JSON.parse(
  new TextDecoder().decode(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)),
);

const forgetLists = () => {
  here.events.clear();
  return write('events', (store) => store.clear());
};

// Called by each page, and before a door is shown.
export const forgetLeft = async () => {
  if (!isAble() || !document.cookie.split('; ').includes(LEFT)) return;
  if (await isBegun()) await forgetLists();
  document.cookie = 'tazalyq_door=; path=/; max-age=0';
};

// What is too old goes: the list a day after the end, all else when nobody would take it any more.
export const forgetOld = async () => {
  for (const event of await all('events')) {
    if (event.until < Date.now() && event.sealed) {
      await put('events', { id: event.id, key: event.key, person: event.person, until: event.until });
    }
    if (event.until + LONGEST_MS < Date.now()) await drop('events', event.id);
  }
  const events = (await all('events')).map((event) => event.id);
  for (const tick of await all('ticks')) {
    // One of the release before does not say when it was made.
    const isOld = tick.made ? tick.made + LONGEST_MS + DAY_MS < Date.now() : !events.includes(tick.event);
    if (isOld) await dropTick(tick.id);
  }
};

// Keep what the service has just said. Another person's lists go first; long after the end there is no key.
export const keep = async (id, given) => {
  const others = (await all('events')).filter((one) => one.person !== given.person);
  if (others.length) await forgetLists();
  if (!given.key) return;
  const key = await crypto.subtle.importKey('raw', bytes(given.key), 'AES-GCM', false, ['encrypt', 'decrypt']);
  const { key: _key, csrf: _csrf, ...data } = given;
  await put('events', { id, key, person: given.person, until: Date.parse(given.until), ...(await seal(key, data)) });
};

export const held = async (id) => {
  const event = await find('events', id);
  return event && event.sealed ? unseal(event.key, event) : null;
};

export const addTick = async (id, tick) => {
  const event = await find('events', id);
  await put('ticks', { id: tick.id, event: id, person: event.person, made: Date.now(), ...(await seal(event.key, tick)) });
};

// Those of whose list is held, in the order in which they were made.
export const ticksOf = async (id) => {
  const event = await find('events', id);
  if (!event) return [];
  const kept = (await all('ticks')).filter((one) => one.event === id && one.person === event.person);
  const ticks = await Promise.all(kept.map((one) => unseal(event.key, one)));
  return ticks.sort((a, b) => (a.captured_at < b.captured_at ? -1 : 1));
};

export const ticksBy = async (person) => {
  if (!isAble() || !await isBegun()) return [];
  return (await all('ticks')).filter((one) => one.person === person);
};
export const dropTick = (id) => drop('ticks', id);
// Whether it outlives the page.
export const lasts = (id) => !here.ticks.has(id);
