/**
 * So that a page opened without a network says so. It answers nothing but that: pages come from the network
 * whenever there is one, and no answer of the API, no amount and no name is ever kept.
 */
const SHELF = 'offline'
const PAGE = '/offline.html'
const PARTS = new Set(['style', 'script', 'image'])

/** The page with everything it names: styles, scripts and pictures of ours. */
async function keep() {
  const page = await fetch(PAGE, { cache: 'reload' })
  const parts = new Set([...(await page.clone().text()).matchAll(/(?:href|src)="(\/[^"]+\.(?:css|js|svg))"/g)].map((found) => found[1]))
  await caches.delete(SHELF)
  const shelf = await caches.open(SHELF)
  await Promise.all([shelf.put(PAGE, page), shelf.addAll([...parts])])
}

self.addEventListener('install', (event) => {
  // The API is asked without waking this worker, where a browser can be told so.
  event.addRoutes?.({ condition: { urlPattern: '/api/*' }, source: 'network' })
  event.waitUntil(keep().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).pathname.startsWith('/api/')) return
  const kept = request.mode === 'navigate' ? PAGE : PARTS.has(request.destination) ? request : null
  if (kept === null) return
  event.respondWith(fetch(request).catch(async () => (await caches.match(kept)) ?? Response.error()))
})
