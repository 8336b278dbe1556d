// What was tapped and has not arrived: each under a key of its own, so that two tabs never write over one another.
const TAP = 'tazalyq-tap:';
const CODE = 'tazalyq-code:';
const CODE_LIVES_MS = 30 * 60 * 1000;
// After the fourteen days in which the service takes what was kept of an event, which is on for a day at most, and opens before.
const TAP_LIVES_MS = 16 * 24 * 3600 * 1000;

export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

const inMemory = () => {
  const found = new Map();
  return {
    get length() { return found.size; },
    key: (at) => Array.from(found.keys())[at],
    getItem: (name) => (found.has(name) ? found.get(name) : null),
    setItem: (name, value) => found.set(name, value),
    removeItem: (name) => found.delete(name),
  };
};

// Where a browser keeps nothing, or has no room: for as long as the page is open.
export const usable = (find) => {
  const here = inMemory();
  let browser = null;
  try {
    browser = find();
  } catch {
    // Forbidden.
  }
  if (!browser) return Object.assign(here, { lasts: () => false });
  return {
    get length() { return here.length + browser.length; },
    key: (at) => (at < here.length ? here.key(at) : browser.key(at - here.length)),
    getItem: (name) => here.getItem(name) || browser.getItem(name),
    setItem: (name, value) => {
      here.removeItem(name);
      try {
        browser.setItem(name, value);
      } catch {
        here.setItem(name, value);
      }
    },
    removeItem: (name) => {
      here.removeItem(name);
      browser.removeItem(name);
    },
    lasts: (name) => here.getItem(name) === null,
  };
};

const read = (storage, key) => {
  try {
    return JSON.parse(storage.getItem(key));
  } catch {
    return null;
  }
};

const keys = (storage, prefix) => {
  const found = [];
  for (let at = 0; at < storage.length; at += 1) {
    const key = storage.key(at);
    if (key.startsWith(prefix)) found.push(key);
  }
  return found;
};

export const open = (storage) => {
  const isTap = (tap, key) => tap && TAP + tap.id === key;
  const all = () => keys(storage, TAP).map((key) => [read(storage, key), key])
    .filter(([tap, key]) => isTap(tap, key)).map(([tap]) => tap)
    .sort((a, b) => (a.captured_at < b.captured_at ? -1 : 1));
  return {
    all,
    of: (person) => all().filter((tap) => tap.person === person),
    here: (person, event) => all().filter((tap) => tap.person === person && tap.event_id === event),
    // One that waits says the same: a second tap, or one in another tab, adds nothing.
    add: (tap) => {
      const waits = all().find((one) => ['person', 'event_id', 'type'].every((name) => one[name] === tap[name]));
      if (waits && !tap.code && (waits.position || !tap.position)) return waits;
      storage.setItem(TAP + tap.id, JSON.stringify(tap));
      return tap;
    },
    // Whether it outlives the page.
    lasts: (id) => storage.lasts(TAP + id),
    drop: (id) => storage.removeItem(TAP + id),
    // What nobody takes any more, whoever has tapped it: it says where its person was.
    wipeOld: (at) => all().filter((tap) => !(at - Date.parse(tap.captured_at) < TAP_LIVES_MS)).forEach((tap) => storage.removeItem(TAP + tap.id)),
    keepCode: (event, code, at) => storage.setItem(CODE + event, JSON.stringify({ code, at })),
    codeOf: (event, at) => {
      const found = read(storage, CODE + event);
      if (found && Math.abs(at - found.at) < CODE_LIVES_MS) return found;
      storage.removeItem(CODE + event);
      return null;
    },
    codeLasts: (event) => storage.lasts(CODE + event),
    dropCode: (event) => storage.removeItem(CODE + event),
  };
};
