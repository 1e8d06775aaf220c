/** Makes the page one that phones can keep on their first screen (manifest in the page, service worker here). */

export function makeInstallable() {
  // Not in private windows, and not without HTTPS; then the page is a page.
  navigator.serviceWorker?.register("/static/worker.js", { scope: "/" }).catch(() => undefined);
}
