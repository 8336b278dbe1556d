// The door of an event on its organizer's or helper's phone: the list and the code go on without signal.
import * as store from './door/store.js';
import { startCode } from './door/code.js';
import { startList } from './door/list.js';
import { startSync } from './door/sync.js';

const begin = async (box) => {
  const { event, kept, page, worker } = box.dataset;
  let changed = async () => {};
  const sync = startSync(event, kept, (now) => changed(now));
  changed = page === 'code' ? startCode(event, box) : startList(event, box, sync);
  await store.forgetLeft();
  await store.forgetOld();
  await changed();
  if (navigator.serviceWorker) {
    // The page itself, without anybody in it, and what it is made of, for when there is no signal.
    const scope = location.pathname.replace(/\/shell$/, '');
    const made = Array.from(document.querySelectorAll('link[rel="stylesheet"], script[src]'));
    const addresses = [`${scope}/shell`, ...made.map((one) => one.href || one.src)];
    navigator.serviceWorker.register(worker, { scope }).catch(() => null);
    navigator.serviceWorker.ready.then((registered) => registered.active.postMessage({ keep: addresses }));
  }
  await sync();
};

const box = document.getElementById('door');
if (box && store.isAble()) begin(box);
