// Keeps the list's and the code's page, without anybody in it, and what they are made of. Nothing else.
const KEPT = 'tazalyq-door';
const PATIENCE_MS = 6000;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  if (!event.data || !event.data.keep) return;
  event.waitUntil(caches.open(KEPT).then((cache) => Promise.all(event.data.keep.map(async (address) => {
    const answer = await fetch(address, { credentials: 'same-origin', redirect: 'manual' }).catch(() => null);
    if (answer && answer.ok) await cache.put(address, answer);
  }))));
});

// The network's, if it comes in time; else the one that is kept; else the network's, however late.
const page = (request, kept) => {
  const coming = fetch(request);
  const late = new Promise((_, reject) => { setTimeout(reject, PATIENCE_MS); });
  return Promise.race([coming, late]).catch(async () => (await caches.match(kept)) || coming).catch(() => Response.error());
};

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && /\/(list|code)$/.test(pathname)) {
    event.respondWith(page(request, `${pathname}/shell`));
  } else if (pathname.startsWith('/static/')) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  }
});
