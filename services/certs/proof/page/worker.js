'use strict';
/* Keeps /verify/offline for when there is no network; with one, the newest page (and its keys). */
const KEPT = 'dojang-proof';
const PAGE = '/verify/offline';
const REST = [PAGE + '/app.webmanifest', PAGE + '/icon-192.png', PAGE + '/icon-512.png'];

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(KEPT);
    await kept.addAll([PAGE, ...REST]);
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method !== 'GET' || ![PAGE, ...REST].includes(pathname)) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const fresh = await fetch(event.request);
      if (fresh.ok) await kept.put(pathname, fresh.clone());
      return fresh;
    } catch (error) {
      return (await kept.match(pathname)) || Response.error();
    }
  })());
});
