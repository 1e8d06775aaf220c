/**
 * The service worker of an installed page (W3C Service Workers): without a network it shows a page that says so, and
 * comes back by itself. It keeps nothing else: what a call page loads is always the server's own, of one version.
 */

const KEPT = "offline-2";
const PAGE = "/static/offline.html";
const FILES = [PAGE, "/static/offline.js", "/static/timing.js", "/static/style.css", "/static/icon.svg"];

/** @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} InstallEvent */
/** @typedef {Event & {request: Request, respondWith: (answer: Promise<Response>) => void}} FetchEvent */

addEventListener("install", (event) => /** @type {InstallEvent} */ (event).waitUntil(keep()));

addEventListener("activate", (event) => /** @type {InstallEvent} */ (event).waitUntil(tidy()));

addEventListener("fetch", (event) => {
  const { request } = /** @type {FetchEvent} */ (event);
  const { origin, pathname } = new URL(request.url);
  const kept = request.mode === "navigate" ? PAGE : pathname;
  if (origin !== location.origin || !FILES.includes(kept)) return;
  /** @type {FetchEvent} */ (event).respondWith(fetch(request).catch(() => find(kept)));
});

async function keep() {
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
}

/** What an earlier version kept is of no use. */
async function tidy() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

/**
 * @param {string} path
 * @returns {Promise<Response>}
 */
async function find(path) {
  return (await caches.match(path)) ?? Response.error();
}
